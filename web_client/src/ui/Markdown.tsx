/** The little Markdown of the consent text: paragraphs, lists with `-`, **bold**, and code in backticks. */
import type { JSX } from "preact";

/** One block of the text: a paragraph, or the items of a list. */
export type Block = { readonly kind: "paragraph"; readonly text: string } | { readonly kind: "list"; readonly items: readonly string[] };

/** Splits a text into its blocks; wrapped lines are joined. */
export function blocks(text: string): Block[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .flatMap((chunk) => block(chunk.split("\n")));
}

function block(lines: readonly string[]): Block[] {
  const first = lines.findIndex((line) => line.startsWith("- "));
  const before = first < 0 ? lines : lines.slice(0, first);
  const items: string[] = [];
  for (const line of first < 0 ? [] : lines.slice(first)) {
    if (line.startsWith("- ")) items.push(line.slice(2));
    else items[items.length - 1] = join([items[items.length - 1] ?? "", line.trim()]);
  }
  const found: Block[] = [];
  if (before.length > 0) found.push({ kind: "paragraph", text: join(before) });
  if (items.length > 0) found.push({ kind: "list", items });
  return found;
}

/** Joins wrapped lines: with a space, but with none between two Chinese characters. */
function join(lines: readonly string[]): string {
  return lines.join(" ").replace(/([\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])/g, "$1");
}

/** A line with **bold** and `code` in it. */
export function Inline({ text }: { text: string }): JSX.Element {
  const pieces = text.split(/(\*\*[^*]+\*\*|`[^`]+`)/);
  return (
    <>
      {pieces.map((piece, index) => {
        if (index % 2 === 0) return piece;
        return piece.startsWith("`") ? <code key={index}>{piece.slice(1, -1)}</code> : <strong key={index}>{piece.slice(2, -2)}</strong>;
      })}
    </>
  );
}

/** Shows such a text. */
export function Markdown({ text }: { text: string }): JSX.Element {
  return (
    <div class="prose">
      {blocks(text).map((part, index) =>
        part.kind === "paragraph" ? (
          <p key={index}>
            <Inline text={part.text} />
          </p>
        ) : (
          <ul key={index}>
            {part.items.map((item) => (
              <li key={item}>
                <Inline text={item} />
              </li>
            ))}
          </ul>
        ),
      )}
    </div>
  );
}
