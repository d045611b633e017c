package io.flotilla.cli.data;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Table;
import java.util.Locale;
import java.util.stream.Collectors;

/** Profiles of datasets as people read them. */
final class DatasetText {
  private DatasetText() {}

  /** A row per column. */
  static String profile(Json profile) {
    Table table =
        new Table("COLUMN", "TYPE", "ROWS", "MISSING", "DISTINCT", "MIN", "MEDIAN", "MEAN", "MAX");
    for (Json column : profile.get("columns").items()) {
      table.row(
          column.text("name"),
          column.text("type").toLowerCase(Locale.ROOT),
          column.text("count"),
          column.text("missing"),
          distinct(column.get("distinct")),
          column.text("min"),
          column.get("quantiles").text("0.5"),
          column.text("mean"),
          column.text("max"));
    }
    return table.toString();
  }

  /** In words, largest difference first. */
  static String comparison(Json comparison) {
    return comparison.get("words").items().stream()
        .map(Json::asText)
        .collect(Collectors.joining("\n"));
  }

  private static String distinct(Json distinct) {
    return distinct.isObject()
        ? (distinct.get("exact").asBoolean() ? "" : "~") + distinct.text("count")
        : distinct.asText();
  }
}
