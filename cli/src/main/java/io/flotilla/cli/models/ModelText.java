package io.flotilla.cli.models;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Table;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Models and versions as people read them. */
final class ModelText {
  private ModelText() {}

  /** {@code name:version} of a registered version. */
  static String name(Json version) {
    return version.text("model") + ":" + version.text("version");
  }

  /** A table of versions. */
  static String versions(List<Json> versions) {
    Table table =
        new Table("VERSION", "ALIASES", "BUNDLE", "PUBLISHER", "REGISTERED", "TAGS", "METRICS");
    for (Json version : versions) {
      table.row(
          name(version) + (version.get("deleted").asBoolean() ? " (deleted)" : ""),
          texts(version.get("aliases")),
          abbreviated(version.text("bundle")),
          version.text("publisher"),
          Instant.ofEpochMilli(version.get("registeredAtMs").asLong()),
          KeyValues.text(version.get("tags")),
          KeyValues.text(version.get("metrics")));
    }
    return table.isEmpty() ? "no version is registered" : table.toString();
  }

  /** All of a version. */
  static String version(Json version) {
    Table table = new Table("MODEL", name(version));
    table.row("bundle", version.text("bundle"));
    table.row("publisher", version.text("publisher"));
    table.row("registered", Instant.ofEpochMilli(version.get("registeredAtMs").asLong()));
    table.row("description", version.text("description"));
    table.row("reason", version.text("reason"));
    table.row("aliases", texts(version.get("aliases")));
    table.row("tags", KeyValues.text(version.get("tags")));
    table.row("metrics", KeyValues.text(version.get("metrics")));
    table.row("environment", version.text("environment"));
    for (Json link : version.get("datasets").items()) {
      table.row(link.text("use").toLowerCase(Locale.ROOT), link.text("dataset"));
    }
    Json lineage = version.get("lineage");
    String commit = lineage.text("gitCommit");
    table.row("commit", commit + (lineage.get("gitDirty").asBoolean() ? " with changes" : ""));
    table.row("branch", lineage.text("gitBranch"));
    table.row("remote", lineage.text("gitRemote"));
    lineage.get("datasets").items().forEach(dataset -> table.row("dataset", dataset.asText()));
    table.row("run", lineage.text("run"));
    table.row("archive", version.get("archive").text("sizeBytes") + " bytes");
    for (Json variant : version.get("manifest").get("variants").items()) {
      table.row("variant " + variant.text("id"), variant.text("sizeBytes") + " bytes");
    }
    Json recommended = version.get("recommendations");
    for (String deviceClass : recommended.names()) {
      table.row(
          "on " + deviceClass,
          recommended.get(deviceClass).text("threads") + " threads recommended");
    }
    return table.toString();
  }

  /** What the controller found in a version's model files. */
  static String inspection(Json inspection) {
    StringBuilder text = new StringBuilder();
    for (Json variant : inspection.get("variants").items()) {
      Json contents = variant.get("contents");
      Table table = new Table("VARIANT", variant.text("variant"));
      table.row("IR version", contents.text("irVersion"));
      table.row("opsets", opsets(contents.get("opsets")));
      table.row("nodes", contents.text("nodes"));
      table.row("operators", KeyValues.text(contents.get("operators")));
      table.row("weights", contents.text("initializerBytes") + " bytes");
      Json trial = variant.get("trial");
      if (trial.isPresent()) {
        table.row(
            "tried on",
            "ONNX Runtime %s, %s".formatted(trial.text("runtimeVersion"), trial.text("provider")));
        table.row("outcome", (trial.text("outcome") + " " + trial.text("message")).strip());
        table.row("load", "%.1f ms".formatted(trial.get("loadMillis").asDouble()));
        table.row("run", "%.2f ms".formatted(trial.get("runMillis").asDouble()));
        table.row("peak memory", trial.text("peakRssBytes") + " bytes");
      }
      text.append(text.isEmpty() ? "" : "\n\n").append(table);
    }
    return text.isEmpty() ? "nothing was inspected" : text.toString();
  }

  /** The default domain has no name in the file. */
  private static String opsets(Json byDomain) {
    Json named = Json.object();
    for (String domain : byDomain.names()) {
      named.put(domain.isEmpty() ? "ai.onnx" : domain, byDomain.get(domain));
    }
    return KeyValues.text(named);
  }

  /** When an alias pointed where. */
  static String aliasHistory(List<Json> changes) {
    Table table = new Table("WHEN", "VERSION", "BY", "REASON");
    for (Json change : changes) {
      table.row(
          Instant.ofEpochMilli(change.get("atMs").asLong()),
          change.get("after").asText("removed"),
          change.text("by"),
          change.text("reason"));
    }
    return table.toString();
  }

  /** From when to when devices ran a version. */
  static String intervals(List<Json> intervals) {
    Table table = new Table("DEVICE", "FROM", "TO");
    for (Json interval : intervals) {
      table.row(
          interval.text("device"),
          Instant.ofEpochMilli(interval.get("fromMs").asLong()),
          interval.get("toMs").isPresent()
              ? Instant.ofEpochMilli(interval.get("toMs").asLong())
              : "now");
    }
    return table.isEmpty() ? "no device ran it in that time" : table.toString();
  }

  private static String texts(Json list) {
    return list.items().stream().map(Json::asText).collect(Collectors.joining(", "));
  }

  private static String abbreviated(String digest) {
    return digest.substring(0, Math.min(12, digest.length()));
  }
}
