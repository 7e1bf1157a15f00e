/** The tables of a page as grids; a cell and its place on the page point at each other. */

import type { Signal } from "@preact/signals";
import { t } from "../texts";
import type { Box, Cell, Table } from "../types";
import { CopyButton, Empty } from "../ui/parts";
import type { Model } from "../viewer/model";

function gridOf(table: Table): (Cell | null | undefined)[][] {
  const grid: (Cell | null | undefined)[][] = Array.from({ length: table.rows }, () => new Array<Cell | null | undefined>(table.columns).fill(undefined));
  for (const cell of table.cells) {
    for (let row = cell.row; row < cell.row + cell.row_span; row++) {
      for (let column = cell.column; column < cell.column + cell.column_span; column++) {
        const line = grid[row];
        if (line) line[column] = row === cell.row && column === cell.column ? cell : null;
      }
    }
  }
  return grid;
}

const tsv = (table: Table): string => gridOf(table)
  .map((row) => row.map((cell) => (cell?.text ?? "").replace(/[\t\n]/g, " ")).join("\t")).join("\n");

function Grid({ table, evidence }: { table: Table; evidence: Signal<Box | null> }) {
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={t.tables.title(table.id, table.rows, table.columns)}>
      <table class="grid">
        <tbody>
          {gridOf(table).map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => {
                if (cell === null) return null;
                if (cell === undefined) return <td key={column} />;
                const Tag = cell.row < table.header_rows ? "th" : "td";
                return (
                  <Tag key={column} rowSpan={cell.row_span} colSpan={cell.column_span}
                    class={(cell.confidence ?? 1) < 0.85 ? "low" : undefined} onPointerEnter={() => { evidence.value = cell.box; }}>{cell.text}</Tag>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function TablesPanel({ model, evidence }: { model: Model; evidence: Signal<Box | null> }) {
  const { tables } = model.page;
  if (tables.length === 0) return <Empty>{t.tables.none}</Empty>;
  return (
    <div class="panel" onPointerLeave={() => { evidence.value = null; }}>
      {tables.map((table) => (
        <section key={table.id}>
          <div class="panel-head"><h3>{t.tables.title(table.id, table.rows, table.columns)}</h3><CopyButton text={() => tsv(table)} label={t.tables.copy} /></div>
          <Grid table={table} evidence={evidence} />
        </section>
      ))}
    </div>
  );
}
