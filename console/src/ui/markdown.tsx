/** Markdown of a result as elements. Only what the service writes; nothing becomes HTML unread. */

import type { ComponentChildren, VNode } from "preact";

type Inline = ComponentChildren[];

const INLINE = /(\*\*([^*]+)\*\*|`([^`]+)`|\*([^*\s][^*]*)\*|~~([^~]+)~~|<br\s*\/?>|\\([\\`*_{}[\]()#+\-.!|<>~$]))/g;
const ENTITIES: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&nbsp;": "\u00a0" };
const plain = (text: string): string => text.replace(/&(amp|lt|gt|quot|nbsp);/g, (name) => ENTITIES[name] ?? name);

function inline(text: string): Inline {
  const parts: Inline = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    parts.push(plain(text.slice(at, found.index)));
    const [whole, , bold, code, italic, struck, escaped] = found;
    if (bold) parts.push(<strong>{plain(bold)}</strong>);
    else if (code) parts.push(<code>{code}</code>);
    else if (italic) parts.push(<em>{plain(italic)}</em>);
    else if (struck) parts.push(<s>{plain(struck)}</s>);
    else if (escaped) parts.push(escaped);
    else parts.push(<br />);
    at = found.index + whole.length;
  }
  parts.push(plain(text.slice(at)));
  return parts;
}

const cellsOf = (line: string): string[] =>
  line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((each) => each.trim());

function table(lines: string[]): VNode {
  const [head = "", , ...rows] = lines;
  return (
    <div class="scroll" tabIndex={0}><table>
      <thead><tr>{cellsOf(head).map((cell) => <th scope="col">{inline(cell)}</th>)}</tr></thead>
      <tbody>{rows.map((row) => <tr>{cellsOf(row).map((cell) => <td>{inline(cell)}</td>)}</tr>)}</tbody>
    </table></div>
  );
}

const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;

function list(lines: string[]): VNode {
  const ordered = /\d/.test(ITEM.exec(lines[0] ?? "")?.[2] ?? "");
  const items = lines.map((line) => ITEM.exec(line)?.[3] ?? line.trim());
  return ordered ? <ol>{items.map((item) => <li>{inline(item)}</li>)}</ol> : <ul>{items.map((item) => <li>{inline(item)}</li>)}</ul>;
}

/** A piece of HTML that the Markdown has, such as a table with spans: its rows and cells alone. */
function html(text: string): VNode {
  const parsed = new DOMParser().parseFromString(text, "text/html");
  const tables = [...parsed.querySelectorAll("table")];
  if (tables.length === 0) return <p>{parsed.body.textContent}</p>;
  return <>{tables.map((each) => (
    <div class="scroll" tabIndex={0}><table><tbody>{[...each.rows].map((row) => (
      <tr>{[...row.cells].map((cell) => cell.tagName === "TH"
        ? <th colSpan={cell.colSpan} rowSpan={cell.rowSpan}>{cell.textContent}</th>
        : <td colSpan={cell.colSpan} rowSpan={cell.rowSpan}>{cell.textContent}</td>)}</tr>
    ))}</tbody></table></div>
  ))}</>;
}

function block(text: string): VNode {
  const lines = text.split("\n");
  const first = lines[0] ?? "";
  const heading = /^(#{1,6})\s+(.*)$/.exec(first);
  if (heading && lines.length === 1) {
    const level = Math.min(6, (heading[1]?.length ?? 1) + 1);
    const Tag = `h${level}` as "h2";
    return <Tag>{inline(heading[2] ?? "")}</Tag>;
  }
  if (/^(```|~~~)/.test(first)) return <pre tabIndex={0}>{lines.slice(1, -1).join("\n")}</pre>;
  if (/^\s*</.test(first)) return html(text);
  if (lines.length > 1 && /^\s*\|/.test(first) && /^[\s|:-]+$/.test(lines[1] ?? "")) return table(lines);
  if (ITEM.test(first)) return list(lines);
  if (/^>/.test(first)) return <blockquote>{inline(lines.map((line) => line.replace(/^>\s?/, "")).join("\n"))}</blockquote>;
  if (/^(-{3,}|\*{3,})$/.test(first)) return <hr />;
  return <p>{lines.flatMap((line, at) => [at ? <br /> : "", ...inline(line)])}</p>;
}

export const Markdown = ({ text }: { text: string }) => (
  <div class="prose">{text.split(/\n{2,}/).filter((each) => each.trim()).map((each) => block(each.replace(/^\n+|\n+$/g, "")))}</div>
);
