package io.flotilla.cli.device;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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
      @Mixin Console console,
      @Mixin Api api,
      @Option(
              names = "--count",
              defaultValue = "1",
              paramLabel = "N",
              description = "How many; default ${DEFAULT-VALUE}.")
          int count,
      @Option(
              names = "--ttl",
              defaultValue = "3600",
              paramLabel = "SECONDS",
              description = "How long they can be used; default ${DEFAULT-VALUE}.")
          long ttlSeconds,
      @Option(
              names = "--label",
              paramLabel = "KEY=VALUE",
              arity = "1",
              description = "A label of every device that enrols by them; repeatable.")
          @Nullable List<String> labels) {
    Json body =
        Json.object()
            .put("count", count)
            .put("ttlSeconds", ttlSeconds)
            .put("labels", KeyValues.parse(labels));
    try (ApiClient client = api.open()) {
      Json answer = client.post("/claims", body);
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
              description = "Labels to match, such as 'site=lyon, camera!=blurred'.")
          Optional<String> selector) {
    try (ApiClient client = api.open()) {
      List<Json> devices = client.list(ApiPath.of("devices").query("selector", selector));
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
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(index = "0", paramLabel = "DEVICE", description = "The device's id.") String id,
      @Parameters(
              index = "1..*",
              arity = "0..*",
              paramLabel = "KEY=VALUE",
              description = "Labels to set.")
          @Nullable List<String> set,
      @Option(
              names = "--remove",
              paramLabel = "KEY",
              arity = "1",
              description = "A label to remove; repeatable.")
          @Nullable List<String> remove) {
    Map<String, String> values = KeyValues.parse(set);
    Json body = Json.object().put("set", values).put("remove", remove == null ? List.of() : remove);
    try (ApiClient client = api.open()) {
      Json device = client.patch(ApiPath.of("devices", id, "labels").toString(), body);
      console.show(device, d -> id + ": " + KeyValues.text(d.get("labels")));
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
