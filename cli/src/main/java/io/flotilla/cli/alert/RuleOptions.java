package io.flotilla.cli.alert;

import io.flotilla.cli.codec.Json;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What an alert rule shall be. */
final class RuleOptions {
  @Parameters(paramLabel = "NAME")
  private String name = "";

  @ArgGroup(exclusive = true, multiplicity = "1")
  private What what = new What();

  @Option(
      names = "--within",
      paramLabel = "S",
      description = "With --event: how far back events count, in seconds.")
  private Optional<Long> within = Optional.empty();

  @Option(
      names = "--selector",
      paramLabel = "SELECTOR",
      description = "Of which devices; for --event, only events about these. Default all.")
  private Optional<String> selector = Optional.empty();

  @ArgGroup(exclusive = true)
  private HowMany howMany = new HowMany();

  @Option(
      names = "--for",
      paramLabel = "S",
      defaultValue = "0",
      description = "How long it must hold, in seconds; default ${DEFAULT-VALUE}.")
  private long forSeconds;

  @Option(
      names = "--repeat",
      paramLabel = "S",
      description = "After how long it is told again while it fires, in seconds; default never.")
  private Optional<Long> repeatSeconds = Optional.empty();

  @Option(
      names = "--by",
      paramLabel = "LABEL",
      description = "An alert for each value of this label; default one for all.")
  private Optional<String> groupBy = Optional.empty();

  @Option(
      names = "--severity",
      paramLabel = "SEVERITY",
      defaultValue = "warning",
      description = "info, warning or critical; default ${DEFAULT-VALUE}.")
  private String severity = "";

  @Option(names = "--runbook", paramLabel = "TEXT", description = "What to do then.")
  private Optional<String> runbook = Optional.empty();

  /** What is counted. */
  static final class What {
    @Option(
        names = "--offline",
        paramLabel = "S",
        description = "Devices that have been away for so many seconds.")
    private Optional<Long> offline = Optional.empty();

    @Option(names = "--drifting", description = "Devices whose inputs are flagged as drifted.")
    private boolean drifting;

    @Option(names = "--unconverged", description = "Devices that do not run what they shall.")
    private boolean unconverged;

    @Option(names = "--quarantined", description = "Devices in quarantine.")
    private boolean quarantined;

    @Option(
        names = "--event",
        paramLabel = "TYPE",
        description = "Events whose types begin so, such as io.flotilla.rollout.halted.")
    private Optional<String> event = Optional.empty();

    private String kind() {
      if (offline.isPresent()) {
        return "offline";
      }
      if (event.isPresent()) {
        return "event";
      }
      if (drifting) {
        return "drifting";
      }
      if (unconverged) {
        return "unconverged";
      }
      return quarantined ? "quarantined" : "";
    }
  }

  /** How many are enough. */
  static final class HowMany {
    @Option(
        names = "--count",
        paramLabel = "N",
        description = "So many devices or events at least; default 1.")
    private Optional<Integer> count = Optional.empty();

    @Option(
        names = "--share",
        paramLabel = "P",
        description = "So large a part of the devices at least, over 0 to 1.")
    private Optional<Double> share = Optional.empty();
  }

  String name() {
    return name;
  }

  /** The API's form of it. */
  Json body() {
    Json condition = Json.object().put("kind", what.kind());
    what.offline.or(() -> within).ifPresent(s -> condition.put("seconds", s));
    what.event.ifPresent(type -> condition.put("type", type));
    selector.ifPresent(text -> condition.put("selector", text));
    howMany.count.ifPresent(n -> condition.put("count", n));
    howMany.share.ifPresent(p -> condition.put("share", p));
    Json body = Json.object().put("condition", condition);
    body.put("forSeconds", forSeconds).put("severity", severity);
    repeatSeconds.ifPresent(s -> body.put("repeatSeconds", s));
    groupBy.ifPresent(label -> body.put("groupBy", label));
    runbook.ifPresent(text -> body.put("runbook", text));
    return body;
  }
}
