package io.flotilla.controller.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.audit.AuditAction;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Creates, shows, pauses, resumes and aborts rollouts. */
public final class RolloutRoutes implements Routes {
  private static final int CREATED = 201;
  private static final int DEFAULT_TIMEOUT_SECONDS = 3600;
  private static final String ABORTED = "aborted by the operator";

  private final DecisionLoop core;
  private final Rollouts rollouts;
  private final StoredRecords stored;
  private final Clock clock;

  /** Routes over these rollouts. */
  public RolloutRoutes(DecisionLoop core, Rollouts rollouts, StoredRecords stored, Clock clock) {
    this.core = core;
    this.rollouts = rollouts;
    this.stored = stored;
    this.clock = clock;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post("/rollouts").handler(tools.jsonBody()).handler(ctx -> create(ctx, tools));
    api.get("/rollouts").handler(ctx -> list(ctx, tools));
    api.get("/rollouts/:id")
        .handler(
            ctx -> {
              String id = tools.path(ctx, "id");
              tools.handleAsync(ctx, tools.blocking(() -> view(require(id))));
            });
    action(api, tools, "pause", nowMs -> new RolloutInput.Pause());
    action(api, tools, "resume", RolloutInput.Resume::new);
    action(api, tools, "abort", nowMs -> new RolloutInput.Abort(ABORTED));
  }

  /**
   * A rollout to be created.
   *
   * @param selector which devices; all if missing
   * @param waves cumulative sizes; one wave of all devices if missing
   * @param maxFailures how many devices may fail; 0 if missing
   * @param deploymentTimeoutSeconds how long one device may take; one hour if missing
   * @param skipUnfit whether devices that cannot run the version are passed by; if not, which is so
   *     if missing, one of them stops the rollout before it begins
   */
  record NewRollout(
      String model,
      int version,
      Optional<String> selector,
      Optional<List<NewWave>> waves,
      Optional<Integer> maxFailures,
      Optional<Integer> deploymentTimeoutSeconds,
      Optional<Boolean> skipUnfit) {
    RolloutPlan plan() {
      return new RolloutPlan(
          selector.orElse("*"),
          waves
              .map(sizes -> sizes.stream().map(NewWave::size).toList())
              .orElseGet(() -> List.of(WaveSize.percent(100))),
          maxFailures.orElse(0),
          deploymentTimeoutSeconds.orElse(DEFAULT_TIMEOUT_SECONDS),
          skipUnfit.filter(skip -> skip).map(skip -> LeftOut.NOBODY));
    }
  }

  /** The size of a wave: one of the two. */
  record NewWave(Optional<Integer> devices, Optional<Double> percent) {
    WaveSize size() {
      if (devices.isPresent() == percent.isPresent()) {
        throw new FlotillaException(
            ErrorCode.ROLLOUT_PLAN_INVALID, "a wave has either \"devices\" or \"percent\"");
      }
      return devices.isPresent()
          ? WaveSize.devices(devices.get())
          : WaveSize.percent(percent.orElseThrow());
    }
  }

  private void create(RoutingContext ctx, HandlerTools tools) {
    NewRollout wanted = tools.readJson(ctx, NewRollout.class);
    RolloutPlan plan = wanted.plan();
    tools.handleAsync(
        ctx,
        CREATED,
        core.submit(
            tx -> {
              Rollout created =
                  rollouts.create(tx, wanted.model(), wanted.version(), plan, clock.millis());
              audit(tx, "create", created);
              return view(created);
            }));
  }

  private static void audit(Transaction tx, String what, Rollout rollout) {
    tx.audit(
        new AuditAction(
            "operator",
            "rollout." + what,
            "rollout/" + rollout.id(),
            Map.of("version", rollout.version().toString())));
  }

  private void action(
      Router api, HandlerTools tools, String name, LongFunction<RolloutInput> input) {
    api.post("/rollouts/:id/" + name)
        .handler(
            ctx -> {
              String id = tools.path(ctx, "id");
              long nowMs = clock.millis();
              tools.handleAsync(
                  ctx,
                  core.submit(
                      tx -> {
                        Rollout moved = rollouts.act(tx, id, input.apply(nowMs), nowMs);
                        audit(tx, name, moved);
                        return view(moved);
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
              List<Table.Row<Rollout>> page = stored.scan(Rollouts.ROLLOUTS, "", after, limit);
              Map<String, @Nullable Object> answer = new LinkedHashMap<>();
              answer.put("items", page.stream().map(row -> view(row.value())).toList());
              answer.put("next", page.size() < limit ? null : page.getLast().id());
              return answer;
            }));
  }

  private Rollout require(String id) {
    return stored
        .get(Rollouts.ROLLOUTS, id)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.ROLLOUT_NOT_FOUND, "no rollout has this id: see GET /rollouts"));
  }

  /** A rollout as the API shows it. */
  static Map<String, @Nullable Object> view(Rollout rollout) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", rollout.id());
    view.put("model", rollout.version().model());
    view.put("version", rollout.version().version());
    view.put("bundle", rollout.version().bundle());
    view.put("selector", rollout.plan().selector());
    view.put("state", rollout.state().name());
    List<Map<String, Object>> waves = new ArrayList<>();
    for (int index = 0; index < rollout.plan().waves().size(); index++) {
      waves.add(
          Map.of(
              "index",
              index,
              "open",
              index < rollout.openWaves(),
              "devices",
              rollout.wave(index).stream().map(RolloutRoutes::view).toList()));
    }
    view.put("waves", waves);
    view.put("maxFailures", rollout.plan().maxFailures());
    view.put("deploymentTimeoutSeconds", rollout.plan().deploymentTimeoutSeconds());
    view.put("skipUnfit", rollout.plan().leftOut().isPresent());
    view.put(
        "skipped",
        rollout.plan().leftOut().orElse(LeftOut.NOBODY).devices().entrySet().stream()
            .map(device -> Map.of("device", device.getKey(), "reasons", device.getValue()))
            .toList());
    view.put("createdAtMs", rollout.createdAtMs());
    view.put("reason", rollout.reason().orElse(null));
    return view;
  }

  private static Map<String, @Nullable Object> view(Target target) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", target.device());
    view.put("state", target.state().name());
    view.put("code", target.code().orElse(null));
    view.put("assignment", target.assignment());
    return view;
  }
}
