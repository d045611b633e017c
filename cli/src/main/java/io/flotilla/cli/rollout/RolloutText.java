package io.flotilla.cli.rollout;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Table;
import java.time.Instant;
import java.util.Set;
import java.util.TreeMap;

/** Rollouts in words. */
final class RolloutText {
  private static final Set<String> GOOD_ENDS = Set.of("COMPLETED", "FOLLOWING", "UNDONE");
  private static final Set<String> BAD_ENDS = Set.of("HALTED", "ABORTED");

  private RolloutText() {}

  /** True if the rollout will not change any more by itself. */
  static boolean isOver(Json rollout) {
    return succeeded(rollout) || BAD_ENDS.contains(rollout.text("state"));
  }

  /** True if every device that was there did what was last asked of the rollout. */
  static boolean succeeded(Json rollout) {
    return GOOD_ENDS.contains(rollout.text("state"));
  }

  /** One line, such as {@code rollout 1 of digits:1: RUNNING, wave 2 of 3, 7 of 20 succeeded}. */
  static String line(Json rollout) {
    TreeMap<String, Integer> states = new TreeMap<>();
    int devices = 0;
    int openWave = 0;
    for (Json wave : rollout.get("waves").items()) {
      boolean begun = wave.get("open").asBoolean();
      if (wave.get("devices").size() == 0) {
        Json counts = wave.get("counts");
        for (String state : counts.names()) {
          devices += counts.get(state).asInt();
          states.merge(state, counts.get(state).asInt(), Integer::sum);
        }
      }
      for (Json device : wave.get("devices").items()) {
        devices++;
        states.merge(device.text("state"), 1, Integer::sum);
        begun |= !device.text("state").equals("PENDING");
      }
      openWave += begun ? 1 : 0;
    }
    String reason = rollout.text("reason");
    return "rollout %s of %s: %s, wave %d of %d, %d of %d devices succeeded, %d failed%s"
        .formatted(
            rollout.text("id"),
            version(rollout),
            rollout.text("state"),
            openWave,
            rollout.get("waves").size(),
            states.getOrDefault("SUCCEEDED", 0),
            devices,
            states.getOrDefault("FAILED", 0),
            reason.isEmpty() ? "" : " (" + reason + ")");
  }

  /** The line, and a table of every device. */
  static String describe(Json rollout) {
    Table table = new Table("WAVE", "DEVICE", "STATE", "CODE", "ASSIGNMENT");
    int number = 0;
    for (Json wave : rollout.get("waves").items()) {
      number++;
      for (Json device : wave.get("devices").items()) {
        table.row(
            number,
            device.text("id"),
            device.text("state"),
            device.text("code"),
            device.text("assignment"));
      }
    }
    return line(rollout) + "\n" + table;
  }

  /** What a rollout would do. */
  static String describePreview(Json preview) {
    Table table = new Table("WAVE", "DEVICES", "BYTES");
    int number = 0;
    for (Json wave : preview.get("waves").items()) {
      table.row(++number, wave.text("devices"), wave.text("bytes"));
    }
    table.row("all", preview.text("devices"), preview.text("bytes"));
    StringBuilder text = new StringBuilder(table.toString());
    text.append("\nat least ").append(preview.text("estimatedSeconds")).append(" s");
    for (Json refusal : preview.get("refusals").items()) {
      text.append("\ncannot run it: ").append(refusal.text("device"));
      refusal
          .get("reasons")
          .items()
          .forEach(reason -> text.append(", ").append(reason.text("message")));
    }
    for (Json conflict : preview.get("conflicts").items()) {
      text.append(
          "\ntaken: %s by %s, which is %s"
              .formatted(
                  conflict.text("device"), conflict.text("rollout"), conflict.text("state")));
    }
    return text.toString();
  }

  /** A table of devices of a rollout. */
  static String describeTargets(Json targets) {
    Table table = new Table("POSITION", "DEVICE", "WAVE", "STATE", "CODE", "BEFORE");
    for (Json target : targets.get("items").items()) {
      table.row(
          target.text("position"),
          target.text("id"),
          target.text("wave"),
          target.text("state"),
          target.text("code"),
          target.text("previous"));
    }
    return table.isEmpty() ? "no such device" : table.toString();
  }

  /** A table of what gates decided. */
  static String describeDecisions(Json decisions) {
    Table table = new Table("AT", "WAVE", "ARM", "GATE", "OUTCOME", "WHY");
    for (Json decision : decisions.get("items").items()) {
      table.row(
          Instant.ofEpochMilli(decision.get("atMs").asLong()),
          decision.text("wave"),
          decision.text("arm"),
          decision.text("gate"),
          decision.text("outcome"),
          decision.text("message"));
    }
    return table.isEmpty() ? "no gate has decided anything" : table.toString();
  }

  /** {@code name:version}. */
  static String version(Json rollout) {
    return rollout.text("model") + ":" + rollout.text("version");
  }
}
