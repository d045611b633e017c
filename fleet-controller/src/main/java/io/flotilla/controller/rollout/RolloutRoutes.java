package io.flotilla.controller.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.device.Groups;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.flotilla.controller.rollout.RolloutRecords.Reading;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutInput;
import io.flotilla.rollout.engine.TargetState;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Previews, creates, shows, approves, pauses, resumes, aborts and undoes rollouts. */
public final class RolloutRoutes implements Routes {
  private static final int CREATED = 201;

  private final DecisionLoop core;
  private final Groups groups;
  private final Rollouts rollouts;
  private final StoredRecords stored;
  private final Clock clock;

  /** Routes over these rollouts. */
  public RolloutRoutes(FleetState fleet, Rollouts rollouts, StoredRecords stored, Clock clock) {
    this.core = fleet.core();
    this.groups = fleet.groups();
    this.rollouts = rollouts;
    this.stored = stored;
    this.clock = clock;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post("/rollouts").handler(tools.jsonBody()).handler(ctx -> create(ctx, tools));
    api.post("/rollouts/preview").handler(tools.jsonBody()).handler(ctx -> preview(ctx, tools));
    tools.accepting(api.get("/rollouts"), "after", "limit").handler(ctx -> list(ctx, tools));
    api.get("/rollouts/:id")
        .handler(
            ctx -> {
              String id = tools.path(ctx, "id");
              tools.handleAsync(ctx, tools.blocking(() -> views().whole(require(id))));
            });
    tools
        .accepting(api.get("/rollouts/:id/targets"), "state", "after", "limit")
        .handler(ctx -> targets(ctx, tools));
    tools
        .accepting(api.get("/rollouts/:id/decisions"), "after", "limit")
        .handler(ctx -> decisions(ctx, tools));
    action(api, tools, "pause", said -> new RolloutInput.Pause(said.text("paused")));
    action(api, tools, "resume", said -> new RolloutInput.Resume());
    action(api, tools, "abort", said -> new RolloutInput.Abort(said.text("aborted")));
    action(api, tools, "undo", said -> new RolloutInput.Undo(said.text("undone")));
    action(api, tools, "approve", said -> new RolloutInput.Approve(said.by()));
  }

  /** Who wants an action, and why. */
  private record Said(String by, Reason reason) {
    String text(String what) {
      String who = what + " by " + by;
      return reason.text().isEmpty() ? who : who + ": " + reason.text();
    }
  }

  private RolloutViews views() {
    return new RolloutViews(Reading.of(stored));
  }

  @SuppressWarnings("unchecked") // a JSON object has text keys
  private static NewRollout wanted(RoutingContext ctx, HandlerTools tools) {
    return NewRollout.of(tools.readJson(ctx, Map.class));
  }

  private void create(RoutingContext ctx, HandlerTools tools) {
    NewRollout wanted = wanted(ctx, tools);
    RolloutRequest request = wanted.request().selecting(groups::expand);
    String by = Caller.current().name();
    tools.handleAsync(
        ctx,
        CREATED,
        core.submit(
            tx -> {
              Rollout created = rollouts.create(tx, request, by, clock.millis());
              audit(tx, "create", created, wanted.reason());
              return new RolloutViews(Reading.of(tx)).whole(created);
            }));
  }

  private void preview(RoutingContext ctx, HandlerTools tools) {
    RolloutRequest request = wanted(ctx, tools).request().selecting(groups::expand);
    tools.handleAsync(ctx, core.submit(tx -> rollouts.preview(tx, request)));
  }

  private static void audit(Transaction tx, String what, Rollout rollout, Reason reason) {
    tx.audit(
        reason.action(
            "rollout." + what,
            "rollout/" + rollout.id(),
            Map.of("version", rollout.version().toString())));
  }

  private void action(
      Router api, HandlerTools tools, String name, Function<Said, RolloutInput> input) {
    tools
        .accepting(api.post("/rollouts/:id/" + name), Reason.NAME)
        .handler(
            ctx -> {
              String id = tools.path(ctx, "id");
              Said said =
                  new Said(Caller.current().name(), Reason.of(tools.query(ctx, Reason.NAME)));
              tools.handleAsync(
                  ctx,
                  core.submit(
                      tx -> {
                        Rollout moved = rollouts.act(tx, id, input.apply(said), clock.millis());
                        audit(tx, name, moved, said.reason());
                        return new RolloutViews(Reading.of(tx)).whole(moved);
                      }));
            });
  }

  private void list(RoutingContext ctx, HandlerTools tools) {
    int limit = tools.limit(ctx);
    String after = tools.query(ctx, "after").orElse("");
    tools.handleAsync(
        ctx,
        tools.blocking(
            () -> {
              List<Table.Row<Rollout>> page =
                  stored.scan(RolloutRecords.ROLLOUTS, "", after, limit);
              Map<String, @Nullable Object> answer = new LinkedHashMap<>();
              answer.put("items", page.stream().map(row -> views().summary(row.value())).toList());
              answer.put("next", page.size() < limit ? null : page.getLast().id());
              return answer;
            }));
  }

  private void targets(RoutingContext ctx, HandlerTools tools) {
    String id = tools.path(ctx, "id");
    Optional<TargetState> state = tools.query(ctx, "state").map(RolloutRoutes::state);
    int after = tools.query(ctx, "after").map(RolloutRoutes::position).orElse(-1);
    int limit = tools.limit(ctx);
    tools.handleAsync(ctx, tools.blocking(() -> views().targets(require(id), state, after, limit)));
  }

  private static TargetState state(String text) {
    return Arrays.stream(TargetState.values())
        .filter(state -> state.name().equals(text))
        .findFirst()
        .orElseThrow(() -> new FlotillaException(ErrorCode.INPUT_INVALID, "no target is " + text));
  }

  private static int position(String text) {
    if (!text.matches("[0-9]{1,7}")) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "\"after\" is the \"next\" of the page before");
    }
    return Integer.parseInt(text);
  }

  private void decisions(RoutingContext ctx, HandlerTools tools) {
    String id = tools.path(ctx, "id");
    String after = tools.query(ctx, "after").orElse("");
    int limit = tools.limit(ctx);
    tools.handleAsync(ctx, tools.blocking(() -> views().decisions(require(id), after, limit)));
  }

  private Rollout require(String id) {
    return stored
        .get(RolloutRecords.ROLLOUTS, id)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.ROLLOUT_NOT_FOUND, "no rollout has this id: see GET /rollouts"));
  }
}
