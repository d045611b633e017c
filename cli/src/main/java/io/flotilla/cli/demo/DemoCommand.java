package io.flotilla.cli.demo;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.trust.TrustFolder;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flotilla demo}. */
@Command(
    name = "demo",
    description = {
      "Show the main job on this machine, on real parts.",
      "",
      "A controller and a fleet of simulated devices start as two processes; a digit classifier is"
          + " trained, signed, rolled out through a killed controller, watched while cameras"
          + " degrade, retrained and replaced; three bad successors are refused. Exit status 0 only"
          + " if all of it held."
    },
    footer = {
      "Examples:",
      "  flotilla demo",
      "  flotilla demo --seed 7 --keep /tmp/fleet --json",
      "  flotilla demo --broker mqtts://localhost:8883 --keep /tmp/fleet"
    })
public final class DemoCommand extends CommandGroup implements Callable<Integer> {
  private static final String PUBLISHER = "lab";
  private static final Duration TRUST_VALIDITY = Duration.ofDays(30);

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "20",
      description = "Size of the fleet, 10 to 100 (default: ${DEFAULT-VALUE}).")
  private int devices;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "42",
      description = "Everything random follows from it (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Work in this folder and keep it; otherwise a temporary one is removed.")
  private @Nullable Path keep;

  @Option(
      names = "--broker",
      paramLabel = "URL",
      description =
          "Use this external broker instead of the embedded one; --keep then names a folder whose"
              + " controller/ was prepared by 'flotilla controller init'.")
  private @Nullable URI broker;

  /** The command on this terminal; picocli fills in the options. */
  public DemoCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws IOException {
    DemoOptions options =
        new DemoOptions(devices, seed, Optional.ofNullable(keep), Optional.ofNullable(broker));
    Path root = root(options);
    try {
      return run(options, root);
    } finally {
      if (options.keep().isEmpty()) {
        remove(root);
      }
    }
  }

  private int run(DemoOptions options, Path root) throws IOException {
    PrintStream story =
        console().isJson() ? console().terminal().err() : console().terminal().out();
    Narrator narrator = new Narrator(story);
    DemoSummary summary;
    try (DemoWorld world = new DemoWorld(options, root)) {
      summary = new Demo(options, world, narrator, publisher(world.trust())).run();
    }
    narrator.chapter("Summary");
    summary.lines().forEach(line -> narrator.line("%s", line));
    List<String> failures = summary.failures();
    failures.forEach(failure -> narrator.line("DID NOT HOLD: %s", failure));
    console().json(summary.json());
    return failures.isEmpty() ? 0 : 1;
  }

  /** The operator's part before anything runs: a trust policy with one publisher. */
  private SigningKey publisher(Path folder) throws IOException {
    TrustFolder trust = new TrustFolder(folder);
    trust.create(PUBLISHER, List.of("digits"), console().clock().instant().plus(TRUST_VALIDITY));
    return SigningKey.load(trust.publisherKeyFile(PUBLISHER));
  }

  private static Path root(DemoOptions options) throws IOException {
    if (options.keep().isEmpty()) {
      return Files.createTempDirectory("flotilla-demo-");
    }
    Path root = options.keep().get().toAbsolutePath();
    if (Files.exists(root.resolve("controller/store")) || Files.exists(root.resolve("fleet"))) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, root + " holds an earlier demo; name a new folder with --keep");
    }
    return Files.createDirectories(root);
  }

  private static void remove(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
