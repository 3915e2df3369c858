import { afterEach, describe, expect, it } from "vitest";
import { fill, firstLanguage, setLanguage, words } from "../../src/i18n";
import { CAUSE_WORDS, MODE_WORDS, STOPPED_ADVICE } from "../../src/i18n/arm";
import { ago, bytes, duration, number, stopwatch } from "../../src/i18n/format";

afterEach(() => setLanguage("en"));

describe("the first language", () => {
  it("is the address's, then the stored one, then the browser's, then English", () => {
    expect(firstLanguage("?lang=zh", "en", ["en"])).toBe("zh");
    expect(firstLanguage("?lang=xx", "zh", ["en"])).toBe("zh");
    expect(firstLanguage("", null, ["de-DE", "zh-CN", "en"])).toBe("zh");
    expect(firstLanguage("", "klingon", ["EN-us"])).toBe("en");
    expect(firstLanguage("", null, ["de"])).toBe("en");
  });
});

describe("word lists", () => {
  it("follow the language and fill in values, leaving what is unknown", () => {
    const t = words({ wait: "{n} of {all}" }, { wait: "{all} 中的 {n}" });
    expect(t("wait", { n: 1, all: 3 })).toBe("1 of 3");
    setLanguage("zh");
    expect(t("wait", { n: 1, all: 3 })).toBe("3 中的 1");
    expect(fill("{a} {b}", { a: 0 })).toBe("0 {b}");
  });

  it("have a Chinese text for every mode, cause and advice", () => {
    for (const list of [MODE_WORDS, CAUSE_WORDS, STOPPED_ADVICE]) {
      for (const text of Object.values(list)) {
        expect(text.en).not.toBe("");
        expect(text.zh).toMatch(/[\u4e00-\u9fff]/);
      }
    }
  });
});

describe("figures", () => {
  it("never show sixty seconds", () => {
    expect([0, 59.94, 59.96, 67.4, -3, 600].map(stopwatch)).toEqual(["0:00.0", "0:59.9", "1:00.0", "1:07.4", "0:00.0", "10:00.0"]);
  });

  it("say durations in both languages", () => {
    expect([4.4, 60, 61, 3_700].map(duration)).toEqual(["4 s", "1 min", "1 min 1 s", "1 h 1 min"]);
    setLanguage("zh");
    expect(duration(61)).toBe("1 分 1 秒");
    expect(ago(1)).toBe("刚刚");
  });

  it("round sizes and numbers", () => {
    expect([bytes(1_500), bytes(2_340_000), number(1234.5, 1), ago(5)]).toEqual(["2 kB", "2.3 MB", "1,234.5", "5 s ago"]);
  });
});
