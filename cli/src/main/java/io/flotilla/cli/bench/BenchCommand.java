package io.flotilla.cli.bench;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.bundles.Folders;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.process.Service;
import io.flotilla.controller.app.ControllerConfig;
import io.flotilla.controller.broker.BrokerConfig;
import io.flotilla.controller.broker.EmbeddedBroker;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.protocol.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla bench}: figures measured here and now. */
@Command(
    name = "bench",
    description = {
      "Measure on this machine, each figure beside the bar asked for.",
      "Prints one JSON line per figure, then a table; with --json the lines alone. Status 0 if it",
      "ran, whatever holds."
    },
    footer = {"Example:", "  flotilla bench scoring"})
public final class BenchCommand extends CommandGroup {
  /** The group on this terminal. */
  public BenchCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "scoring",
      description = {
        "Measure the agent's in-process scoring beside the runtime itself.",
        "A small and a middle model, each scored by the agent's code and by a plain ONNX Runtime loop",
        "with pinned tensors, in turns in one run; figures are medians of rounds. overheadRatio is",
        "named tensors in and an answer out, as applications score; rowOverheadRatio is a row scored",
        "in place, with nothing allocated."
      },
      footer = {"Example:", "  flotilla bench scoring --json"})
  int scoring(
      @Mixin Console console,
      @Option(
              names = "--rounds",
              defaultValue = "100",
              paramLabel = "N",
              description = "Rounds that count; default ${DEFAULT-VALUE}.")
          int rounds)
      throws IOException {
    if (rounds < 1) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "--rounds must be 1 or more");
    }
    measured(console, (folder, figures) -> new ScoringBench(folder, rounds).run(figures));
    return 0;
  }

  @Command(
      name = "registry",
      description = {
        "Measure the model registry as it grows.",
        "Searches among many versions of 1,000 models beside the same among 1,000 versions (p99);",
        "registering a bundle of 100 MB beside reading, hashing, writing and syncing the same bytes;",
        "and what each version leaves on the heap. Takes a few minutes and 1 GB of disk."
      },
      footer = {"Example:", "  flotilla bench registry --json"})
  int registry(
      @Mixin Console console,
      @Option(
              names = "--versions",
              defaultValue = "100000",
              paramLabel = "N",
              description = "Versions of the large registry; default ${DEFAULT-VALUE}.")
          int versions,
      @Option(
              names = "--rounds",
              defaultValue = "7",
              paramLabel = "N",
              description = "Bundles of 100 MB that count; default ${DEFAULT-VALUE}.")
          int rounds)
      throws IOException {
    if (versions < 2_000 || rounds < 1) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "--versions must be 2000 or more, --rounds 1 or more");
    }
    measured(
        console,
        (folder, figures) ->
            new RegistryBench(folder, console.clock(), versions, rounds).run(figures));
    return 0;
  }

  @Command(
      name = "fleet",
      description = {
        "Measure a controller under a whole fleet: registering, connecting, storing, assigning, a kill.",
        "The controller is a process of its own; the devices are simulated, with the real protocol",
        "over MQTT and mutual TLS, and share the machine with it. At the end a bare broker carries",
        "the same messages. Takes a quarter of an hour, 2 GB of disk, and twice as many open files as",
        "devices connect (ulimit -n)."
      },
      footer = {
        "Examples:",
        "  flotilla bench fleet",
        "  flotilla bench fleet --devices 1000 --connected 200 --status-per-s 500 --seconds 5"
      })
  int fleet(@Mixin Console console, @Mixin FleetPlan plan) throws IOException {
    plan.requireSound();
    measured(
        console,
        (folder, figures) ->
            new FleetBench(plan, console.clock(), console::remark).run(folder, figures));
    return 0;
  }

  @Command(
      name = "broker",
      hidden = true,
      description = "Run the embedded broker alone until standard input ends: for 'bench fleet'.",
      footer = {"Example:", "  flotilla bench broker --pki controller/pki --data broker"})
  int broker(
      @Mixin Console console,
      @Option(
              names = "--pki",
              required = true,
              paramLabel = "DIR",
              description = "Folder of the authority.")
          Path pki,
      @Option(
              names = "--data",
              required = true,
              paramLabel = "DIR",
              description = "The broker's folder.")
          Path data) {
    SecureRandom random = new SecureRandom();
    CertificateAuthority authority =
        CertificateAuthority.open(pki, List.of(), console.clock(), random);
    BrokerConfig config =
        new BrokerConfig(
            ControllerConfig.DEFAULT_HOST,
            0,
            data,
            new Topics(Topics.DEFAULT_TENANT),
            authority.server());
    try (EmbeddedBroker broker = EmbeddedBroker.start(config, (id, serial) -> true, random)) {
      String address = "mqtts://%s:%d".formatted(ControllerConfig.DEFAULT_HOST, broker.port());
      console.line(Json.object().put("event", "ready").put("broker", address));
      Service.run(console, true, stop -> stop.await());
    }
    return 0;
  }

  /** Something that measures. */
  @FunctionalInterface
  private interface Bench {
    void run(Path folder, Consumer<Figure> figures) throws IOException;
  }

  private static void measured(Console console, Bench bench) throws IOException {
    Path folder = Files.createTempDirectory("flotilla-bench-");
    List<Figure> figures = new ArrayList<>();
    try {
      bench.run(
          folder,
          figure -> {
            figures.add(figure);
            console.line(figure.json());
          });
    } finally {
      Folders.delete(folder);
    }
    console.say(table(figures));
  }

  private static Table table(List<Figure> figures) {
    Table table = new Table("BENCH", "CASE", "FIGURE", "VALUE", "UNIT", "BAR", "HOLDS");
    for (Figure figure : figures) {
      table.row(
          figure.bench(),
          figure.benchCase(),
          figure.name(),
          figure.rounded(),
          figure.unit(),
          figure.bar().text(),
          figure.bar() instanceof Figure.Bar.None ? "" : figure.holds() ? "yes" : "no");
    }
    return table;
  }
}
