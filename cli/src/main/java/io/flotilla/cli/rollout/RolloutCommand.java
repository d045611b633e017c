package io.flotilla.cli.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Pause;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla rollout}: bringing a model version to devices, wave by wave. */
@Command(
    name = "rollout",
    description = "Bring a model version to devices, wave by wave.",
    subcommands = RolloutCreateCommand.class,
    footer = {"Example:", "  flotilla rollout create digits:2 --waves 2,50%%,100%%"})
public final class RolloutCommand extends CommandGroup {
  private static final String PATH = "rollouts";
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  /** The group on this terminal. */
  public RolloutCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "list",
      description = "List the rollouts.",
      footer = {"Example:", "  flotilla rollout list"})
  int list(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      List<Json> rollouts = client.list(ApiPath.of(PATH));
      console.json(Json.object().put("items", rollouts));
      Table table = new Table("ROLLOUT", "VERSION", "STATE", "REASON");
      for (Json rollout : rollouts) {
        table.row(
            rollout.text("id"),
            RolloutText.version(rollout),
            rollout.text("state"),
            rollout.text("reason"));
      }
      console.say(table.isEmpty() ? "no rollout" : table);
    }
    return 0;
  }

  @Command(
      name = "show",
      description = "Show one rollout with the state of every device.",
      footer = {"Example:", "  flotilla rollout show 1"})
  int show(@Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "ROLLOUT") String id) {
    try (ApiClient client = api.open()) {
      console.show(client.get(path(id)), RolloutText::describe);
    }
    return 0;
  }

  @Command(
      name = "targets",
      description = "List the devices of a rollout in the order in which they have their turn.",
      footer = {"Example:", "  flotilla rollout targets 1 --state FAILED"})
  int targets(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "ROLLOUT") String id,
      @Option(
              names = "--state",
              paramLabel = "STATE",
              description = "Only those in this state, such as FAILED; docs/rollouts.md has all.")
          Optional<String> state) {
    try (ApiClient client = api.open()) {
      List<Json> targets = client.list(ApiPath.of(PATH, id, "targets").query("state", state));
      console.show(Json.object().put("items", targets), RolloutText::describeTargets);
    }
    return 0;
  }

  @Command(
      name = "decisions",
      description = "List what the gates of a rollout decided, with the numbers behind it.",
      footer = {"Example:", "  flotilla rollout decisions 1"})
  int decisions(
      @Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "ROLLOUT") String id) {
    try (ApiClient client = api.open()) {
      List<Json> decisions = client.list(ApiPath.of(PATH, id, "decisions"));
      console.show(Json.object().put("items", decisions), RolloutText::describeDecisions);
    }
    return 0;
  }

  @Command(
      name = "watch",
      description = {
        "Follow a rollout until it is completed, halted, aborted or undone.",
        "Ends with status 0 if it completed, else with that of the first device's refusal."
      },
      footer = {"Example:", "  flotilla rollout watch 1"})
  int watch(@Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "ROLLOUT") String id) {
    try (ApiClient client = api.open()) {
      Json last = Json.of(null);
      while (true) {
        Json rollout = client.get(path(id));
        if (!rollout.equals(last)) {
          console.show(rollout, RolloutText::line);
          last = rollout;
        }
        if (RolloutText.isOver(rollout)) {
          requireCompleted(rollout);
          return 0;
        }
        Pause.of(LOOK_EVERY);
      }
    }
  }

  @Command(
      name = "pause",
      description = "Stop assigning the version to further devices, until resumed.",
      footer = {"Example:", "  flotilla rollout pause 1"})
  int pause(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "ROLLOUT") String id,
      @Mixin Reason reason) {
    return act(console, api, action(id, "pause", reason));
  }

  @Command(
      name = "resume",
      description = "Go on with a paused rollout.",
      footer = {"Example:", "  flotilla rollout resume 1"})
  int resume(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "ROLLOUT") String id,
      @Mixin Reason reason) {
    return act(console, api, action(id, "resume", reason));
  }

  @Command(
      name = "abort",
      description = {
        "End a rollout for good. Devices that have the version keep it.",
        "Asks first where a person sits at the terminal."
      },
      footer = {"Example:", "  flotilla rollout abort 1 --reason 'latency doubled' --yes"})
  int abort(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "ROLLOUT") String id,
      @Mixin Reason reason,
      @Option(names = "--yes", description = "Do not ask.") boolean yes) {
    console.confirm(yes, "Abort rollout " + id + "?");
    return act(console, api, action(id, "abort", reason));
  }

  @Command(
      name = "undo",
      description = {
        "Have every device of a rollout return to what it ran before, the last one first.",
        "Asks first where a person sits at the terminal."
      },
      footer = {"Example:", "  flotilla rollout undo 1 --reason 'it errs on blurred images' --yes"})
  int undo(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "ROLLOUT") String id,
      @Mixin Reason reason,
      @Option(names = "--yes", description = "Do not ask.") boolean yes) {
    console.confirm(yes, "Undo rollout " + id + "?");
    return act(console, api, action(id, "undo", reason));
  }

  @Command(
      name = "approve",
      description = "Approve a rollout that somebody else created, or its next wave.",
      footer = {"Example:", "  flotilla rollout approve 1"})
  int approve(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "ROLLOUT") String id,
      @Mixin Reason reason) {
    return act(console, api, action(id, "approve", reason));
  }

  private static String action(String id, String action, Reason reason) {
    return reason.on(ApiPath.of(PATH, id, action)).toString();
  }

  private static int act(Console console, Api api, String path) {
    try (ApiClient client = api.open()) {
      Json rollout = client.post(path, Json.object());
      console.show(rollout, RolloutText::line);
    }
    return 0;
  }

  private static String path(String id) {
    return ApiPath.of(PATH, id).toString();
  }

  private static void requireCompleted(Json rollout) {
    if (!RolloutText.succeeded(rollout)) {
      throw new FlotillaException(
          firstRefusal(rollout).orElse(ErrorCode.ROLLOUT_STATE), RolloutText.line(rollout));
    }
  }

  private static Optional<ErrorCode> firstRefusal(Json rollout) {
    return rollout.get("waves").items().stream()
        .flatMap(wave -> wave.get("devices").items().stream())
        .map(device -> device.text("code"))
        .flatMap(code -> List.of(ErrorCode.values()).stream().filter(c -> c.name().equals(code)))
        .findFirst();
  }
}
