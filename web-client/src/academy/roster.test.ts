// SPDX-License-Identifier: MIT
import { describe, expect, it } from "vitest";
import { readCsv, readRoster } from "./roster";

describe("a list of people in a file", () => {
  it("takes commas, semicolons and tabs", () => {
    for (const sign of [",", ";", "\t"]) {
      const roster = readRoster(["Email", "Name", "Role"].join(sign) + "\r\n" + ["a@x.org", "Ana", "trainee"].join(sign));
      expect(roster.columns).toEqual(["email", "name", "role"]);
      expect(roster.lines).toEqual([{ line: 2, cells: { email: "a@x.org", name: "Ana", role: "trainee" } }]);
      expect(roster.missing).toEqual([]);
    }
  });
  it("keeps commas, quotes and lines within quotes, and counts the lines of the file", () => {
    const rows = readCsv('email,name\n"a@x.org","Pérez, ""Ana"""\n\n"b@x.org","two\nlines"\nc@x.org,Cor\n');
    expect(rows.map((row) => row.line)).toEqual([1, 2, 4, 6]);
    expect(rows[1]?.cells).toEqual(["a@x.org", 'Pérez, "Ana"']);
    expect(rows[2]?.cells[1]).toBe("two\nlines");
  });
  it("says which columns are missing, and is no bother about an empty file", () => {
    expect(readRoster("\uFEFFname;role\nAna;trainee").missing).toEqual(["email"]);
    expect(readRoster("")).toEqual({ columns: [], lines: [], missing: ["email", "name"] });
  });
  it("leaves short rows short", () => {
    expect(readRoster("email,name,role\na@x.org").lines[0]?.cells).toEqual({ email: "a@x.org", name: "", role: "" });
  });
});
