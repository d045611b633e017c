package io.flotilla.cli.observe;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.client.BrokenStreamException;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Pause;
import io.flotilla.cli.console.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla events}. */
@Command(
    name = "events",
    description = {
      "Show what happened: every change of state, failures included, as CloudEvents 1.0.",
      "With --follow, go on with what happens, through restarts of the controller."
    },
    footer = {"Example:", "  flotilla events --follow --type io.flotilla.drift"})
public final class EventsCommand extends CommandGroup implements Callable<Integer> {
  private static final Duration RECONNECT_AFTER = Duration.ofSeconds(1);

  @Mixin private final Api api;

  @Option(names = "--follow", description = "Do not end; show events as they come.")
  private boolean follow;

  @Option(names = "--after", paramLabel = "ID", description = "Only events after this one.")
  private @Nullable String after;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "Most events to show without --follow; default ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--type",
      paramLabel = "PREFIX",
      defaultValue = "",
      description = "Only events whose type begins so, such as io.flotilla.rollout.")
  private String type = "";

  /** The command on this terminal. */
  public EventsCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() {
    try (ApiClient client = api.open()) {
      if (follow) {
        follow(client);
      } else {
        ApiPath path =
            ApiPath.of("events").query("limit", limit).query("after", Optional.ofNullable(after));
        Json answer = client.get(path.toString());
        List<Json> events = answer.isArray() ? answer.items() : answer.get("items").items();
        events.forEach(this::print);
      }
    }
    return 0;
  }

  private void follow(ApiClient client) {
    Optional<String> last = Optional.ofNullable(after);
    boolean connected = false;
    while (!console().terminal().out().checkError()) {
      try {
        last = client.events(last, event -> print(event.data()));
        connected = true;
      } catch (BrokenStreamException e) {
        last = e.lastId();
        connected = true;
        console().remark(e.getMessage() + "; connecting again");
      } catch (FlotillaException e) {
        // A controller that restarts is away for a while; one that never answered is an error.
        if (!connected || e.code() != ErrorCode.CONTROLLER_UNREACHABLE) {
          throw e;
        }
      }
      Pause.of(RECONNECT_AFTER);
    }
  }

  /** Prints an event if it is wanted; false once nobody reads any more. */
  private boolean print(Json event) {
    if (event.text("type").startsWith(type)) {
      console()
          .show(
              event,
              e ->
                  "%s  %-36s %s  %s"
                      .formatted(e.text("time"), e.text("type"), e.text("subject"), e.get("data")));
    }
    return !console().terminal().out().checkError();
  }
}
