package io.flotilla.cli.process;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.controller.app.BrokerChoice;
import io.flotilla.controller.app.Controller;
import io.flotilla.controller.app.ControllerConfig;
import io.flotilla.hardware.probe.ProbeLimits;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla controller}. */
@Command(
    name = "controller",
    description = {
      "Run a controller until it is stopped.",
      "It is API, store, and MQTT broker unless --broker names one. Its data folder holds the",
      "certificate authority and operator.json, the operator's context."
    },
    subcommands = ControllerInitCommand.class,
    footer = {"Example:", "  flotilla controller --data flotilla-data/controller --trust trust"})
public final class ControllerCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final ServiceOptions service = new ServiceOptions();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "flotilla-data/controller",
      description = "The controller's folder, its alone; default ${DEFAULT-VALUE}.")
  private Path data = Path.of("");

  @Option(
      names = "--trust",
      paramLabel = "DIR",
      description = "Folder with trust.json and root.pem: whose bundles may be registered.")
  private @Nullable Path trust;

  @Option(
      names = "--http-host",
      paramLabel = "HOST",
      defaultValue = ControllerConfig.DEFAULT_HOST,
      description = "Address that the API binds; default ${DEFAULT-VALUE}, this machine only.")
  private String httpHost = "";

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "8443",
      description = "Port of the API; 0 takes a free one and keeps it; default ${DEFAULT-VALUE}.")
  private int httpPort;

  @Option(
      names = "--mqtt-host",
      paramLabel = "HOST",
      defaultValue = ControllerConfig.DEFAULT_HOST,
      description = "Address that the embedded broker binds; default ${DEFAULT-VALUE}.")
  private String mqttHost = "";

  @Option(
      names = "--mqtt-port",
      paramLabel = "PORT",
      defaultValue = "8883",
      description = "Its port; 0 takes a free one and keeps it; default ${DEFAULT-VALUE}.")
  private int mqttPort;

  @Option(
      names = "--broker",
      paramLabel = "URL",
      description = "Use this MQTT broker, mqtts://host:port; see 'controller init'.")
  private @Nullable URI broker;

  @Option(
      names = "--broker-acl",
      paramLabel = "FILE",
      description =
          "With --broker, a mosquitto on this machine: keep its acl_file, so that devices that are"
              + " shut out are so there within seconds. Needs --broker-reload.")
  private @Nullable Path brokerAcl;

  @Option(
      names = "--broker-reload",
      paramLabel = "COMMAND",
      description =
          "Shell command that has it read that file again, such as 'systemctl reload mosquitto'.")
  private @Nullable String brokerReload;

  @Option(
      names = "--tenant",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "First part of all topics; default ${DEFAULT-VALUE}.")
  private String tenant = "";

  @Option(
      names = "--drill",
      description = "Register even bundles that fail verification, to drill the devices' refusal.")
  private boolean drill;

  /** The command on this terminal. */
  public ControllerCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() {
    if (trust == null) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "--trust is missing: the folder that 'flotilla trust init' made, without its keys");
    }
    BrokerChoice choice =
        broker == null
            ? new BrokerChoice.Embedded(mqttHost, mqttPort)
            : new BrokerChoice.External(broker, rules());
    ControllerConfig config =
        new ControllerConfig(
            data, httpHost, httpPort, choice, tenant, trust, drill, ProbeLimits.DEFAULT);
    if (config.problems().isEmpty()) {
      LogFile.open(data, "controller");
    }
    try (Controller controller = Controller.start(config)) {
      ready(controller);
      service.run(console(), stop -> stop.await());
    }
    return 0;
  }

  private Optional<BrokerChoice.Rules> rules() {
    if ((brokerAcl == null) != (brokerReload == null)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "--broker-acl and --broker-reload go together");
    }
    return brokerAcl == null || brokerReload == null
        ? Optional.empty()
        : Optional.of(new BrokerChoice.Rules(brokerAcl, brokerReload));
  }

  private void ready(Controller controller) {
    Json ready =
        Json.object()
            .put("event", "ready")
            .put("url", controller.api().toString())
            .put("broker", controller.broker().toString())
            .put("context", controller.operatorFile().toString());
    console()
        .show(
            ready,
            json ->
                "ready: API %s, broker %s, context %s"
                    .formatted(json.text("url"), json.text("broker"), json.text("context")));
  }
}
