/** Numbers, times and sizes as people read them in the page's language. */
import { language, words } from "./index";

const t = words(
  { seconds: "{n} s", minutes: "{m} min", minutesSeconds: "{m} min {s} s", now: "just now", ago: "{time} ago", hours: "{h} h {m} min" },
  { seconds: "{n} 秒", minutes: "{m} 分", minutesSeconds: "{m} 分 {s} 秒", now: "刚刚", ago: "{time}前", hours: "{h} 小时 {m} 分" },
);

/** The BCP 47 tag for Intl. */
export function locale(): string {
  return language.value === "zh" ? "zh-CN" : "en-GB";
}

/** A whole or rounded number with the language's separators. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A stopwatch reading in seconds, `1:07.4`; never shows 60 seconds. */
export function stopwatch(seconds: number): string {
  const tenths = Math.max(0, Math.round(seconds * 10));
  const minutes = Math.floor(tenths / 600);
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
  return `${minutes}:${rest}`;
}

/** A duration in words, for waiting times and ages. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t("seconds", { n: whole });
  const m = Math.floor(whole / 60);
  if (m >= 60) return t("hours", { h: Math.floor(m / 60), m: m % 60 });
  return whole % 60 === 0 ? t("minutes", { m }) : t("minutesSeconds", { m, s: whole % 60 });
}

/** How long ago something was, in words. */
export function ago(seconds: number): string {
  return seconds < 2 ? t("now") : t("ago", { time: duration(seconds) });
}

/** A size in bytes as kB or MB. */
export function bytes(size: number): string {
  return size < 1e6 ? `${number(size / 1e3)} kB` : `${number(size / 1e6, 1)} MB`;
}

/** A date and time of day from nanoseconds of UTC. */
export function moment(utcNs: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(utcNs / 1e6);
}
