package io.flotilla.cli.device;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla device}: what is enrolled, and the claims by which more may enrol. */
@Command(
    name = "device",
    description = "Claims for new devices, and the devices that are enrolled.",
    footer = {"Example:", "  flotilla device list --selector 'site=lyon, camera!=blurred'"})
public final class DeviceCommand extends CommandGroup {
  /** The group on this terminal. */
  public DeviceCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "claim",
      description = {
        "Make one-time claims, each of which lets one new device enrol.",
        "Whoever holds a claim can enrol: hand it over like a password."
      },
      footer = {"Example:", "  flotilla device claim --count 20 --label site=lyon > claims.txt"})
  int claim(
      @Mixin Console console, @Mixin Api api, @Mixin ClaimOptions claims, @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      Json answer = client.post("/claims", reason.in(claims.body()));
      console.json(answer);
      answer.get("claims").items().forEach(claim -> console.say(claim.asText()));
    }
    return 0;
  }

  @Command(
      name = "list",
      description = "List the devices, or those that a selector matches.",
      footer = {"Example:", "  flotilla device list --selector 'site=lyon'"})
  int list(
      @Mixin Console console,
      @Mixin Api api,
      @Option(
              names = "--selector",
              paramLabel = "SELECTOR",
              description =
                  "Which devices, such as 'site=lyon, gpu!=none, runtime>=1.29' or @group.")
          Optional<String> selector,
      @Option(
              names = "--decommissioned",
              description = "Those that are no part of the fleet any more, instead.")
          boolean decommissioned) {
    try (ApiClient client = api.open()) {
      Optional<String> gone = decommissioned ? Optional.of("true") : Optional.empty();
      List<Json> devices =
          client.list(
              ApiPath.of("devices").query("selector", selector).query("decommissioned", gone));
      console.json(Json.object().put("items", devices));
      Table table = new Table("DEVICE", "ONLINE", "RUNNING", "DESIRED", "DRIFT", "LABELS");
      for (Json device : devices) {
        table.row(
            device.get("id").asText(),
            device.get("online").asBoolean() ? "yes" : "no",
            version(device.get("running")),
            version(device.get("desired")),
            device.get("drift").get("flagged").asBoolean() ? "flagged" : "",
            KeyValues.text(device.get("labels")));
      }
      console.say(table.isEmpty() ? "no device" : table.toString());
    }
    return 0;
  }

  @Command(
      name = "show",
      description = "Show one device.",
      footer = {"Example:", "  flotilla device show cam-1"})
  int show(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "DEVICE", description = "The device's id.") String id) {
    try (ApiClient client = api.open()) {
      console.show(client.get(ApiPath.of("devices", id).toString()), DeviceCommand::describe);
    }
    return 0;
  }

  @Command(
      name = "label",
      description = "Set and remove labels of one device.",
      footer = {"Example:", "  flotilla device label cam-1 site=lyon --remove camera"})
  int label(
      @Mixin Console console, @Mixin Api api, @Mixin LabelOptions labels, @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      ApiPath path = ApiPath.of("devices", labels.device(), "labels");
      console.show(
          client.patch(path.toString(), reason.in(labels.body())),
          d -> labels.device() + ": " + KeyValues.text(d.get("labels")));
    }
    return 0;
  }

  @Command(
      name = "revoke",
      description = {
        "Shut a device out for good: one that is lost, stolen or scrapped.",
        "Its certificate is refused from now on, and versions that only it used can be deleted. Its id",
        "can be enrolled again with a new claim. Asks first where a person sits at the terminal."
      },
      footer = {"Example:", "  flotilla device revoke cam-1 --reason stolen --yes"})
  int revoke(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "DEVICE", description = "The device's id.") String id,
      @Mixin Reason reason,
      @Option(names = "--yes", description = "Do not ask.") boolean yes) {
    console.confirm(yes, "Shut out " + id + "?");
    return act(console, api, reason.on(ApiPath.of("devices", id, "revoke")), id + " is shut out");
  }

  @Command(
      name = "quarantine",
      description = {
        "Shut a device out until it is released: one that behaves oddly.",
        "It cannot connect and no rollout waits for it; it goes on scoring, and keeps what it has to",
        "say."
      },
      footer = {"Example:", "  flotilla device quarantine cam-1 --reason 'odd inputs'"})
  int quarantine(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "DEVICE", description = "The device's id.") String id,
      @Mixin Reason reason) {
    return act(
        console, api, reason.on(ApiPath.of("devices", id, "quarantine")), id + " is in quarantine");
  }

  @Command(
      name = "release",
      description = "Let a device in again that was in quarantine.",
      footer = {"Example:", "  flotilla device release cam-1 --reason 'lens cleaned'"})
  int release(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "DEVICE", description = "The device's id.") String id,
      @Mixin Reason reason) {
    return act(console, api, reason.on(ApiPath.of("devices", id, "release")), id + " may connect");
  }

  @Command(
      name = "decommission",
      description = {
        "Take a device out of the fleet: one that is scrapped or moved elsewhere.",
        "It is shut out for good and shall run nothing, and no selector means it any more. What it sent",
        "stays. Its id can be enrolled again. Asks first where a person sits at the terminal."
      },
      footer = {"Example:", "  flotilla device decommission cam-1 --reason scrapped --yes"})
  int decommission(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "DEVICE", description = "The device's id.") String id,
      @Mixin Reason reason,
      @Option(names = "--yes", description = "Do not ask.") boolean yes) {
    console.confirm(yes, "Take " + id + " out of the fleet?");
    return act(
        console,
        api,
        reason.on(ApiPath.of("devices", id, "decommission")),
        id + " is out of the fleet");
  }

  @Command(
      name = "provision",
      description = {
        "Make a device's identity here, to be put on it before it is shipped: no claim is needed.",
        "Copy the folder to the device; it holds its private key. 'flotilla agent --dir' starts with it."
      },
      footer = {"Example:", "  flotilla device provision cam-1 --dir cam-1 --label site=lyon"})
  int provision(
      @Mixin Console console,
      @Mixin Api api,
      @Mixin ProvisionOptions options,
      @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      options.provision(console, client, api.context().ca(), reason);
    }
    return 0;
  }

  @Command(
      name = "ping",
      description = "Ask devices whether they are there, and how much they have to say.",
      footer = {"Example:", "  flotilla device ping cam-1 cam-2"})
  int ping(@Mixin Console console, @Mixin Api api, @Mixin CommandOptions which) {
    return which.tell(console, api, Json.object().put("order", "ping"));
  }

  @Command(
      name = "capture",
      description = {
        "Have devices keep more inputs for a while than their model's policy says.",
        "They arrive with the predictions: see 'flotilla predictions' and 'flotilla dataset sample'."
      },
      footer = {"Example:", "  flotilla device capture --selector site=lyon --minutes 10"})
  int capture(
      @Mixin Console console,
      @Mixin Api api,
      @Mixin CommandOptions which,
      @Option(
              names = "--minutes",
              paramLabel = "N",
              required = true,
              description = "How long, to 1440.")
          int minutes,
      @Option(
              names = "--share",
              paramLabel = "P",
              defaultValue = "1",
              description = "Share of inputs to keep, over 0 to 1; default ${DEFAULT-VALUE}.")
          double share) {
    return which.tell(
        console,
        api,
        Json.object().put("order", "capture").put("forSeconds", 60L * minutes).put("share", share));
  }

  @Command(
      name = "log",
      description = "Fetch the last lines of devices' logs.",
      footer = {"Example:", "  flotilla device log cam-1 --lines 50"})
  int log(
      @Mixin Console console,
      @Mixin Api api,
      @Mixin CommandOptions which,
      @Option(
              names = "--lines",
              paramLabel = "N",
              defaultValue = "100",
              description = "Most lines, to 500; default ${DEFAULT-VALUE}.")
          int lines) {
    return which.tell(console, api, Json.object().put("order", "log").put("lines", lines));
  }

  @Command(
      name = "reload",
      description = {
        "Have devices verify and load the version that they run anew.",
        "The present copy goes on scoring until then."
      },
      footer = {"Example:", "  flotilla device reload cam-1"})
  int reload(@Mixin Console console, @Mixin Api api, @Mixin CommandOptions which) {
    return which.tell(console, api, Json.object().put("order", "reload"));
  }

  @Command(
      name = "restart",
      description = {
        "Stop devices' agents and start them anew in their processes.",
        "Store, connection and models are closed and opened again."
      },
      footer = {"Example:", "  flotilla device restart cam-1 --reason 'stuck accelerator'"})
  int restart(@Mixin Console console, @Mixin Api api, @Mixin CommandOptions which) {
    return which.tell(console, api, Json.object().put("order", "restart"));
  }

  @Command(
      name = "commands",
      description = "Show the last 100 commands to a device, oldest first.",
      footer = {"Example:", "  flotilla device commands cam-1"})
  int commands(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "DEVICE", description = "The device's id.") String id) {
    try (ApiClient client = api.open()) {
      List<Json> commands = client.list(ApiPath.of("devices", id, "commands"));
      console.json(Json.object().put("items", commands));
      console.say(commands.isEmpty() ? "no command" : CommandOptions.table(commands));
    }
    return 0;
  }

  private static int act(Console console, Api api, ApiPath path, String done) {
    try (ApiClient client = api.open()) {
      console.show(client.post(path.toString(), Json.object()), device -> done);
    }
    return 0;
  }

  private static String version(Json reference) {
    return reference.isPresent()
        ? reference.get("model").asText() + ":" + reference.get("version").asInt()
        : "";
  }

  private static String describe(Json device) {
    Table table = new Table("DEVICE", device.get("id").asText());
    table.row("online", device.get("online").asBoolean() ? "yes" : "no");
    table.row("last seen", moment(device.get("lastSeenMs")));
    table.row("enrolled", moment(device.get("enrolledAtMs")));
    table.row("running", version(device.get("running")));
    table.row("desired", version(device.get("desired")));
    table.row("quarantine", moment(device.get("quarantinedAtMs")));
    table.row("decommissioned", moment(device.get("decommissionedAtMs")));
    table.row("drift", device.get("drift").get("flagged").asBoolean() ? "flagged" : "none seen");
    table.row("labels", KeyValues.text(device.get("labels")));
    Json hardware = device.get("hardware");
    for (Json accelerator : hardware.get("accelerators").items()) {
      table.row(
          "accelerator",
          accelerator.get("kind").asText()
              + " "
              + accelerator.get("provider").asText()
              + (accelerator.get("simulated").asBoolean() ? " (simulated)" : ""));
    }
    table.row(
        "machine",
        "%s %s, %d processors, ONNX Runtime %s"
            .formatted(
                hardware.get("os").asText("unknown"),
                hardware.get("architecture").asText("unknown"),
                hardware.get("cpuCount").asInt(),
                hardware.get("runtimeVersion").asText("unknown")));
    return table.toString();
  }

  private static String moment(Json ms) {
    return ms.asLong() > 0 ? Instant.ofEpochMilli(ms.asLong()).toString() : "";
  }
}
