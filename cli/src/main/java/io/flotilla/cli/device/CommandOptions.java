package io.flotilla.cli.device;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which devices are told to do something, and how long to wait for them. */
final class CommandOptions {
  private static final int WAIT_SECONDS = 20;
  private static final String WAITING = "WAITING";

  @Parameters(paramLabel = "DEVICE", arity = "0..*", description = "Ids of devices; or --selector.")
  private @Nullable List<String> devices;

  @Option(
      names = "--selector",
      paramLabel = "SELECTOR",
      description = "Instead of ids: which devices, such as 'site=lyon' or @group.")
  private Optional<String> selector = Optional.empty();

  @Option(
      names = "--deadline",
      paramLabel = "S",
      defaultValue = "60",
      description =
          "How long a device has to begin, in seconds, to 86400; default ${DEFAULT-VALUE}. One"
              + " that is offline does it if it connects by then.")
  private long deadlineSeconds;

  @Option(names = "--no-wait", description = "Do not wait for the answers.")
  private boolean noWait;

  @Mixin private final Reason reason = new Reason();

  /**
   * Tells them, waits, and shows what came of it.
   *
   * @param order the order as the API takes it
   * @throws FlotillaException {@code INPUT_INVALID} without devices; {@code DEVICE_NOT_FOUND} if
   *     the selector matches none; {@code COMMAND_FAILED} if not all did it
   */
  int tell(Console console, Api api, Json order) {
    try (ApiClient client = api.open()) {
      List<Json> commands = new ArrayList<>();
      for (String device : targets(client)) {
        ApiPath path = ApiPath.of("devices", device, "commands");
        Json body = reason.in(order.put("deadlineSeconds", deadlineSeconds));
        commands.add(client.post(path.toString(), body));
      }
      if (!noWait) {
        commands.replaceAll(command -> ended(client, command));
      }
      console.json(Json.object().put("items", commands));
      console.say(table(commands));
      long undone =
          commands.stream().filter(command -> !command.text("state").equals("DONE")).count();
      if (!noWait && undone > 0) {
        throw new FlotillaException(
            ErrorCode.COMMAND_FAILED,
            "%d of %d devices did not do it".formatted(undone, commands.size()));
      }
    }
    return 0;
  }

  private List<String> targets(ApiClient client) {
    if ((devices == null || devices.isEmpty()) == selector.isEmpty()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "name devices, or give --selector; not both");
    }
    if (devices != null && !devices.isEmpty()) {
      return devices;
    }
    List<String> found =
        client.list(ApiPath.of("devices").query("selector", selector)).stream()
            .map(device -> device.text("id"))
            .toList();
    if (found.isEmpty()) {
      throw new FlotillaException(ErrorCode.DEVICE_NOT_FOUND, "the selector matches no device");
    }
    return found;
  }

  private static Json ended(ApiClient client, Json command) {
    String path =
        ApiPath.of("devices", command.text("device"), "commands", command.text("id"))
            .query("waitSeconds", Optional.of(Integer.toString(WAIT_SECONDS)))
            .toString();
    Json now = command;
    while (now.text("state").equals(WAITING)) {
      now = client.get(path);
    }
    return now;
  }

  /** A table of commands; log lines follow it. */
  static String table(List<Json> commands) {
    Table table = new Table("DEVICE", "COMMAND", "ORDER", "STATE", "MS", "RESULT");
    StringBuilder log = new StringBuilder();
    for (Json command : commands) {
      Json failure = command.get("failure");
      table.row(
          command.text("device"),
          command.text("id"),
          command.text("order"),
          command.text("state"),
          command.get("endedAtMs").isPresent()
              ? Long.toString(
                  command.get("endedAtMs").asLong() - command.get("createdAtMs").asLong())
              : "",
          failure.isPresent()
              ? failure.text("code") + ": " + failure.text("message")
              : KeyValues.text(command.get("measurements")));
      command.get("lines").items().forEach(line -> log.append(line.asText()).append('\n'));
    }
    return log.isEmpty() ? table.toString() : table + "\n" + log.toString().stripTrailing();
  }
}
