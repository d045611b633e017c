package io.flotilla.cli.console;

import java.util.ArrayList;
import java.util.List;

/** A table in plain text: columns as wide as they need be, two spaces apart. One thread. */
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with these headings. */
  public Table(String... headings) {
    rows.add(List.of(headings));
  }

  /** Adds a row; cells are shown by their text, and an empty one as a dash. */
  public Table row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      String text = cell.toString();
      row.add(text.isEmpty() ? "-" : text);
    }
    rows.add(row);
    return this;
  }

  /** True if no row was added. */
  public boolean isEmpty() {
    return rows.size() == 1;
  }

  /** The lines, joined, without a line end after the last. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(row.get(i));
        if (i < row.size() - 1) {
          line.repeat(' ', width(i) - row.get(i).length() + 2);
        }
      }
      text.append(text.isEmpty() ? "" : "\n").append(line);
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream()
        .filter(r -> r.size() > column)
        .mapToInt(r -> r.get(column).length())
        .max()
        .orElse(0);
  }
}
