package io.flotilla.cli.process;

import io.flotilla.agent.app.AgentConfig;
import io.flotilla.agent.app.AgentParts;
import io.flotilla.agent.app.RestartableAgent;
import io.flotilla.agent.identity.Claim;
import io.flotilla.agent.identity.Enrolment;
import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.store.rocksdb.RocksStores;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.files.SmallFile;
import io.flotilla.cli.trust.TrustFolder;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla agent}. */
@Command(
    name = "agent",
    description = {
      "Run the agent of one device until it is stopped.",
      "The first time it enrols with a claim; after that its folder holds its identity. With",
      "--input it scores the rows of a CSV as soon as the device has a model."
    },
    footer = {
      "Example:",
      "  flotilla agent --dir cam-1 --id cam-1 --claim claim.txt \\",
      "    --controller https://127.0.0.1:8443 --trust trust --input digits.csv --rate 2"
    })
public final class AgentCommand extends CommandGroup implements Callable<Integer> {
  private static final String CLAIM_PREFIX = "flc1.";

  @Mixin private final BrokerOption broker = new BrokerOption();

  @Mixin private final ServiceOptions service = new ServiceOptions();

  @Option(
      names = "--dir",
      required = true,
      paramLabel = "DIR",
      description = "The agent's folder: identity, models, spool, log.")
  private Path dir = Path.of("");

  @Option(
      names = "--trust",
      paramLabel = "DIR",
      description = "Folder with trust.json and root.pem; default: trust in the agent's folder.")
  private @Nullable Path trust;

  @Option(
      names = "--claim",
      paramLabel = "CLAIM|FILE",
      description = "To enrol: the one-time claim, or a file that begins with it.")
  private @Nullable String claim;

  @Option(
      names = "--controller",
      paramLabel = "URL",
      description = "To enrol: the controller's address, https://host:port.")
  private @Nullable URI controller;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "To enrol: the device's id; default: this machine's name.")
  private @Nullable String id;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description = "Score the rows of this CSV, once each; - is standard input.")
  private @Nullable Path input;

  @Option(
      names = "--input-name",
      paramLabel = "NAME",
      defaultValue = "input",
      description = "Name of the model's input, FP32[1, columns]; default ${DEFAULT-VALUE}.")
  private String inputName = "input";

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "10",
      description = "Rows to score in a second; default ${DEFAULT-VALUE}.")
  private double rate;

  /** The command on this terminal. */
  public AgentCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws IOException {
    if (!(rate > 0) || rate > 1_000_000) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "--rate must be more than 0 and at most 1,000,000");
    }
    if (service.exitWithParent() && input != null && input.toString().equals("-")) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "standard input cannot be both --input and what --exit-with-parent watches");
    }
    // A claim works once: whatever else may be wrong is found before it is used.
    Path trusted = trust == null ? dir.resolve(AgentConfig.TRUST_FOLDER) : trust;
    if (input != null && !input.toString().equals("-") && !Files.isReadable(input)) {
      throw new FlotillaException(ErrorCode.FILE_MISSING, "there is no readable file " + input);
    }
    Optional<Claim> found = Identity.exists(dir) ? Optional.empty() : Optional.of(claim());
    if (found.isPresent()) {
      new TrustFolder(trusted).load(console().clock().instant());
    }
    LogFile.open(dir, "agent");
    RecentLog log = RecentLog.keep();
    Identity identity = found.isEmpty() ? Identity.load(dir) : enrol(found.get());
    AgentConfig config = AgentConfig.of(dir, trusted, identity);
    AgentConfig effective = broker.url().map(config::withBroker).orElse(config);
    try (RocksStores stores = new RocksStores();
        RestartableAgent agent =
            RestartableAgent.start(
                effective,
                AgentParts.real(OnnxAccelerators.probe().getFirst(), stores),
                log::last)) {
      ready(effective);
      service.run(
          console(),
          stop -> {
            if (input != null) {
              new RowFeed(agent::agent, inputName, console()).run(input, rate, stop);
            }
            stop.await();
          });
    }
    return 0;
  }

  private Claim claim() {
    if (claim == null || controller == null) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "%s holds no identity yet, so --claim and --controller are needed to enrol"
              .formatted(dir));
    }
    return Claim.parse(claimText(claim));
  }

  private Identity enrol(Claim with) {
    URI address = Objects.requireNonNull(controller, "claim() has checked it");
    Identity identity = Enrolment.enrol(address, with, deviceId(), dir);
    console().remark("enrolled as " + identity.deviceId());
    return identity;
  }

  private static String claimText(String given) {
    if (given.startsWith(CLAIM_PREFIX)) {
      return given;
    }
    Path file = Path.of(given);
    if (!Files.isReadable(file)) {
      throw new FlotillaException(
          ErrorCode.FILE_MISSING,
          "--claim is neither a claim, which begins with flc1., nor a file that can be read");
    }
    return SmallFile.text(file).lines().findFirst().orElse("").strip();
  }

  private String deviceId() {
    if (id != null) {
      return id;
    }
    try {
      return InetAddress.getLocalHost()
          .getHostName()
          .toLowerCase(Locale.ROOT)
          .replaceAll("[^a-z0-9-]", "-");
    } catch (UnknownHostException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "this machine has no name, so give the device one with --id", e);
    }
  }

  private void ready(AgentConfig config) {
    String device = config.identity().deviceId();
    String url = config.identity().broker().toString();
    console()
        .show(
            Json.object().put("event", "ready").put("device", device).put("broker", url),
            json -> "ready: device %s, broker %s".formatted(device, url));
  }
}
