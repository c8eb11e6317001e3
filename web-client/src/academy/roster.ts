// SPDX-License-Identifier: MIT
// A list of people in a file, as a spreadsheet writes it: read here for a look before it is sent. The server reads
// it again and has the last word.

export interface RosterLine {
  /** In the file, from 1; the head is line 1. */
  line: number;
  cells: Record<string, string>;
}

export interface Roster {
  columns: string[];
  lines: RosterLine[];
  /** Columns that must be there and are not. */
  missing: string[];
}

export const NEEDED = ["email", "name"] as const;

/** RFC 4180, with commas, semicolons or tabs: whichever the first line has most of. */
export function readCsv(text: string): { line: number; cells: string[] }[] {
  const body = text.replace(/^\uFEFF/, "");
  const separator = separatorOf(body);
  const rows: { line: number; cells: string[] }[] = [];
  let [cells, cell, quoted, line, start]: [string[], string, boolean, number, number] = [[], "", false, 1, 1];
  const endRow = () => {
    cells.push(cell);
    if (cells.some((one) => one.trim() !== "")) rows.push({ line: start, cells });
    cells = [];
    cell = "";
    start = line;
  };
  for (let at = 0; at < body.length; at++) {
    const sign = body[at] ?? "";
    if (sign === "\n") line++;
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (body[at + 1] === '"') cell += body[++at];
      else quoted = false;
    } else if (sign === '"' && cell.trim() === "") {
      quoted = true;
      cell = "";
    } else if (sign === separator) {
      cells.push(cell);
      cell = "";
    } else if (sign === "\n") endRow();
    else if (sign !== "\r") cell += sign;
  }
  endRow();
  return rows;
}

function separatorOf(text: string): string {
  const head = text.slice(0, text.search(/\n|$/));
  const count = (sign: string) => head.split(sign).length;
  return [",", ";", "\t"].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

export function readRoster(text: string): Roster {
  const [head, ...rows] = readCsv(text);
  const columns = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  return {
    columns,
    missing: NEEDED.filter((name) => !columns.includes(name)),
    lines: rows.map(({ line, cells }) => ({
      line,
      cells: Object.fromEntries(columns.map((name, index) => [name, (cells[index] ?? "").trim()])),
    })),
  };
}
