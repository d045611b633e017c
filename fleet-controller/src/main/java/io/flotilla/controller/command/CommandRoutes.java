package io.flotilla.controller.command;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.DeviceScope;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeviceCommand;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Orders things of devices, and shows what came of it. */
public final class CommandRoutes implements Routes {
  private static final int CREATED = 201;
  private static final long DEFAULT_DEADLINE_SECONDS = 60;
  private static final double EVERY_INPUT = 1;
  private static final int DEFAULT_LINES = 100;
  private static final long MAX_WAIT_SECONDS = 20;
  private static final long SECOND_MS = TimeUnit.SECONDS.toMillis(1);

  private final FleetState fleet;
  private final Commands commands;
  private final Clock clock;

  /** Routes over these commands. */
  public CommandRoutes(FleetState fleet, Commands commands, Clock clock) {
    this.fleet = fleet;
    this.commands = commands;
    this.clock = clock;
  }

  /**
   * A command to be given.
   *
   * @param order {@code ping}, {@code capture}, {@code log}, {@code reload} or {@code restart}
   * @param share of {@code capture}: share of inputs to keep, over 0 to 1; 1 if missing
   * @param forSeconds of {@code capture}: how long, 1 to 86,400; needed there
   * @param lines of {@code log}: most lines, 1 to {@value CommandAnswer#MAX_LINES}; 100 if missing
   * @param deadlineSeconds how long the device has to begin, 1 to 86,400; 60 if missing
   * @param reason why
   */
  record NewCommand(
      String order,
      Optional<Double> share,
      Optional<Long> forSeconds,
      Optional<Integer> lines,
      Optional<Long> deadlineSeconds,
      Optional<String> reason) {
    private DeviceCommand.Order wanted() {
      DeviceCommand.Kind kind = kind();
      boolean captures = kind == DeviceCommand.Kind.CAPTURE;
      return new DeviceCommand.Order(
          kind,
          captures ? share.or(() -> Optional.of(EVERY_INPUT)) : share,
          forSeconds.map(NewCommand::millis),
          kind == DeviceCommand.Kind.LOG ? lines.or(() -> Optional.of(DEFAULT_LINES)) : lines);
    }

    private DeviceCommand.Kind kind() {
      try {
        return DeviceCommand.Kind.valueOf(order.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID, "an order is ping, capture, log, reload or restart", e);
      }
    }

    private long withinMs() {
      long ms = millis(deadlineSeconds.orElse(DEFAULT_DEADLINE_SECONDS));
      if (ms < SECOND_MS || ms > DeviceCommand.MAX_VALIDITY_MS) {
        throw new FlotillaException(ErrorCode.INPUT_INVALID, "deadlineSeconds must be 1 to 86400");
      }
      return ms;
    }

    private static long millis(long seconds) {
      return Math.clamp(seconds, 0, TimeUnit.DAYS.toSeconds(2)) * SECOND_MS;
    }
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post("/devices/:id/commands").handler(tools.jsonBody()).handler(ctx -> create(ctx, tools));
    tools
        .accepting(api.get("/devices/:id/commands"), "after", "limit")
        .handler(ctx -> list(ctx, tools));
    tools
        .accepting(api.get("/devices/:id/commands/:command"), "waitSeconds")
        .handler(ctx -> show(ctx, tools));
  }

  private void create(RoutingContext ctx, HandlerTools tools) {
    String device = tools.path(ctx, "id");
    NewCommand wanted = tools.readJson(ctx, NewCommand.class);
    DeviceCommand.Order order = wanted.wanted();
    long withinMs = wanted.withinMs();
    Reason reason = Reason.of(wanted.reason());
    tools.handleAsync(
        ctx,
        CREATED,
        fleet
            .core()
            .submit(
                tx -> {
                  Commands.Said said = new Commands.Said(reason, clock.millis());
                  return view(commands.create(tx, device, order, withinMs, said), Optional.empty());
                }));
  }

  private void list(RoutingContext ctx, HandlerTools tools) {
    String device = tools.path(ctx, "id");
    int limit = tools.limit(ctx);
    String after = tools.query(ctx, "after").map(id -> Commands.key(device, id)).orElse("");
    tools.handleAsync(
        ctx,
        fleet
            .core()
            .submit(
                tx -> {
                  requireReach(tx, device);
                  List<Table.Row<DeviceCommand>> page =
                      tx.scan(Commands.COMMANDS, Commands.key(device, ""), after, limit);
                  Map<String, @Nullable Object> answer = new LinkedHashMap<>();
                  answer.put("items", page.stream().map(row -> view(tx, row.value())).toList());
                  answer.put("next", page.size() < limit ? null : page.getLast().value().id());
                  return answer;
                }));
  }

  private void show(RoutingContext ctx, HandlerTools tools) {
    String device = tools.path(ctx, "id");
    String id = tools.path(ctx, "command");
    long seconds = tools.number(ctx, "waitSeconds").orElse(0L);
    if (seconds > MAX_WAIT_SECONDS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "waitSeconds is at most " + MAX_WAIT_SECONDS);
    }
    tools.handleAsync(
        ctx,
        fleet
            .core()
            .submit(
                tx -> {
                  requireReach(tx, device);
                  commands.require(tx, device, id);
                  return commands.awaitEnd(tx, device, id, seconds * SECOND_MS);
                })
            .thenCompose(ended -> ended)
            .thenCompose(
                ended -> fleet.core().submit(tx -> view(tx, commands.require(tx, device, id)))));
  }

  private void requireReach(Transaction tx, String device) {
    DeviceRecord known = fleet.devices().require(tx, device);
    DeviceScope.of(Permission.COMMAND).require(known);
  }

  private Map<String, @Nullable Object> view(Transaction tx, DeviceCommand command) {
    return view(command, commands.end(tx, command));
  }

  private static Map<String, @Nullable Object> view(
      DeviceCommand command, Optional<CommandEnd> end) {
    Optional<CommandAnswer> answer = end.flatMap(CommandEnd::answer);
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", command.id());
    view.put("device", command.deviceId());
    view.put("order", command.order().kind().name().toLowerCase(Locale.ROOT));
    view.put("state", end.map(CommandEnd::state).orElse(CommandState.WAITING).name());
    view.put("createdAtMs", command.validity().issuedAtMs());
    view.put("deadlineMs", command.validity().expiresAtMs());
    view.put("endedAtMs", end.map(CommandEnd::atMs).orElse(null));
    view.put("measurements", answer.map(CommandAnswer::measurements).orElse(null));
    view.put("lines", answer.map(CommandAnswer::lines).orElse(null));
    view.put(
        "failure",
        answer
            .flatMap(CommandAnswer::failure)
            .map(why -> Map.of("code", why.code(), "message", why.detail()))
            .orElse(null));
    return view;
  }
}
