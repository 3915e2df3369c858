import { describe, expect, it } from "vitest";
import { blocks } from "../../src/ui/Markdown";

describe("the consent text's Markdown", () => {
  it("splits paragraphs and lists, and joins wrapped lines", () => {
    const text = "\n**Head.** It records:\nthese\n\n- one,\n  and more\n- two\n\nEnd.\n";
    expect(blocks(text)).toEqual([
      { kind: "paragraph", text: "**Head.** It records: these" },
      { kind: "list", items: ["one, and more", "two"] },
      { kind: "paragraph", text: "End." },
    ]);
  });

  it("takes a list right after its paragraph", () => {
    expect(blocks("Two:\n- a\n- b")).toEqual([
      { kind: "paragraph", text: "Two:" },
      { kind: "list", items: ["a", "b"] },
    ]);
  });

  it("joins Chinese lines without a space", () => {
    expect(blocks("此后不再记录。\n若要删除")).toEqual([{ kind: "paragraph", text: "此后不再记录。若要删除" }]);
  });
});
