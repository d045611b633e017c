package io.flotilla.cli.process;

import io.flotilla.agent.identity.Identity;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.OperatorContext;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.files.SmallFile;
import io.flotilla.simulator.app.FleetProcess;
import io.flotilla.simulator.app.SimulationPlan;
import io.flotilla.simulator.fleet.Degradations;
import io.flotilla.simulator.fleet.FleetConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla simulate}. */
@Command(
    name = "simulate",
    description = {
      "Run a fleet of simulated devices in one process.",
      "Each is the real agent with a simulated camera that sees handwritten digits. Devices that",
      "have no identity yet enrol first."
    },
    footer = {
      "Example:",
      "  flotilla simulate --data flotilla-data/fleet --trust trust --devices 20 --degrade blur:4"
    })
public final class SimulateCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final Api api;

  @Mixin private final BrokerOption broker = new BrokerOption();

  @Mixin private final ServiceOptions service = new ServiceOptions();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "flotilla-data/fleet",
      description = "Where each device has its folder; default ${DEFAULT-VALUE}.")
  private Path data = Path.of("");

  @Option(
      names = "--trust",
      required = true,
      paramLabel = "DIR",
      description = "Folder with trust.json and root.pem.")
  private Path trust = Path.of("");

  @Option(
      names = "--devices",
      paramLabel = "N",
      defaultValue = "20",
      description = "Number of devices; default ${DEFAULT-VALUE}.")
  private int devices;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "42",
      description = "Decides everything random; default ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--controller",
      paramLabel = "URL",
      description = "The controller's address to enrol at; default: that of the context.")
  private @Nullable URI controller;

  @Option(
      names = "--claims",
      paramLabel = "FILE",
      description = "Claims to enrol with, one a line; default: made with the context.")
  private @Nullable Path claims;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "2",
      description = "Rows that each device scores in a second; default ${DEFAULT-VALUE}.")
  private double rate;

  @Option(
      names = "--degrade",
      paramLabel = "KIND:COUNT[,…]",
      description = "Cameras to degrade from the start, such as blur:4,gain:2.")
  private @Nullable String degrade;

  @Option(
      names = "--stdio",
      description = "Obey commands on standard input instead, as JSON lines; end when it does.")
  private boolean stdio;

  /** The command on this terminal. */
  public SimulateCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() throws IOException {
    FleetConfig config = config();
    LogFile.open(data, "fleet");
    RecentLog log = RecentLog.keep();
    if (stdio) {
      FleetProcess.run(config, log::naming, console().terminal().in(), console().terminal().out());
      return 0;
    }
    Degradations degradations = degrade == null ? Degradations.NONE : Degradations.parse(degrade);
    SimulationPlan plan = new SimulationPlan(rate, degradations);
    PrintStream out =
        console().isJson()
            ? new PrintStream(new JsonLines(console()), true, StandardCharsets.UTF_8)
            : console().terminal().out();
    service.run(console(), stop -> FleetProcess.simulate(config, log::naming, plan, out, stop));
    return 0;
  }

  private FleetConfig config() throws IOException {
    int missing =
        (int)
            IntStream.rangeClosed(1, devices)
                .mapToObj(FleetConfig::deviceId)
                .filter(id -> !Identity.exists(data.resolve(id)))
                .count();
    List<String> given = claims == null ? made(missing) : read(claims);
    return new FleetConfig(
        data,
        controller == null ? api.context().url() : controller,
        given,
        trust,
        devices,
        seed,
        broker.url());
  }

  private static List<String> read(Path file) {
    return SmallFile.text(file).lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
  }

  /** As many claims as there are devices without identity, as the operator of the context. */
  private List<String> made(int count) {
    if (count == 0) {
      return List.of();
    }
    OperatorContext context = api.context();
    try (ApiClient client = new ApiClient(context)) {
      Json answer =
          client.post("/claims", Json.object().put("count", count).put("ttlSeconds", 3600));
      return answer.get("claims").items().stream().map(Json::asText).toList();
    }
  }
}
