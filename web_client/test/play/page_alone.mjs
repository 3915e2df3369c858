// Reads lines, answers each; see page_alone.ts.
import { answer } from "./page_alone.ts";

let rest = "";
process.stdin.setEncoding("utf8").on("data", (text) => {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) process.stdout.write(`${answer(line)}\n`);
});
