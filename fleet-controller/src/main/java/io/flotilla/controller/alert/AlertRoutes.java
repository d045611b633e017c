package io.flotilla.controller.alert;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Saves, shows and deletes alert rules and silences, and shows alerts. */
public final class AlertRoutes implements Routes {
  private static final int CREATED = 201;

  private final FleetState fleet;
  private final Alerts alerts;
  private final Clock clock;

  /** Routes over these alerts. */
  public AlertRoutes(FleetState fleet, Alerts alerts, Clock clock) {
    this.fleet = fleet;
    this.alerts = alerts;
    this.clock = clock;
  }

  /**
   * A rule to be saved.
   *
   * @param condition as {@link Condition} says; selector all, count 1 if missing
   * @param forSeconds how long it must hold; 0 if missing
   * @param repeatSeconds after how long it is told again; never if missing
   * @param groupBy label key; one alert for all if missing
   * @param severity {@code info}, {@code warning}, {@code critical}; warning if missing
   * @param runbook what to do then; empty text if missing
   * @param reason why
   */
  record Wanted(
      NewCondition condition,
      Optional<Long> forSeconds,
      Optional<Long> repeatSeconds,
      Optional<String> groupBy,
      Optional<String> severity,
      Optional<String> runbook,
      Optional<String> reason) {}

  /** A condition to be saved. */
  record NewCondition(
      String kind,
      Optional<String> selector,
      Optional<Long> seconds,
      Optional<String> type,
      Optional<Integer> count,
      Optional<Double> share) {}

  /**
   * A silence to be begun.
   *
   * @param rule of which rule; of all if missing
   * @param group of which group; of all if missing
   * @param seconds how long
   * @param reason why
   */
  record NewSilence(
      Optional<String> rule, Optional<String> group, long seconds, Optional<String> reason) {}

  @Override
  public void mount(Router api, HandlerTools tools) {
    list(api, tools, "/alert-rules", () -> alerts.rules().stream().map(AlertRoutes::view).toList());
    list(api, tools, "/alerts", () -> alerts.alerts().stream().map(AlertRoutes::view).toList());
    list(api, tools, "/silences", () -> alerts.silences().stream().map(AlertRoutes::view).toList());
    api.put("/alert-rules/:name").handler(tools.jsonBody()).handler(ctx -> put(ctx, tools));
    tools
        .accepting(api.delete("/alert-rules/:name"), Reason.NAME)
        .handler(
            ctx -> {
              String name = tools.path(ctx, "name");
              tools.handleAsync(
                  ctx, change(ctx, tools, "alert-rule", name, tx -> alerts.delete(tx, name)));
            });
    api.post("/silences").handler(tools.jsonBody()).handler(ctx -> silence(ctx, tools));
    tools
        .accepting(api.delete("/silences/:id"), Reason.NAME)
        .handler(
            ctx -> {
              String id = tools.path(ctx, "id");
              tools.handleAsync(
                  ctx, change(ctx, tools, "silence", id, tx -> alerts.unsilence(tx, id)));
            });
  }

  private interface Listing {
    List<Map<String, @Nullable Object>> items();
  }

  private static void list(Router api, HandlerTools tools, String path, Listing listing) {
    api.get(path)
        .handler(
            ctx -> tools.handleAsync(ctx, tools.blocking(() -> Map.of("items", listing.items()))));
  }

  private void put(RoutingContext ctx, HandlerTools tools) {
    Wanted wanted = tools.readJson(ctx, Wanted.class);
    Reason reason = Reason.of(wanted.reason());
    AlertRule rule = rule(tools.path(ctx, "name"), wanted);
    tools.handleAsync(
        ctx,
        fleet
            .core()
            .submit(
                tx -> {
                  alerts.put(tx, rule);
                  done(tx, reason, "alert-rule", "put", rule.name());
                  return view(rule);
                }));
  }

  private AlertRule rule(String name, Wanted wanted) {
    NewCondition given = wanted.condition();
    boolean counts = given.count().isPresent() || given.share().isPresent();
    String selector = given.selector().map(fleet.groups()::expand).orElse("*");
    return new AlertRule(
        name,
        new Condition(
            one(Condition.Kind.class, given.kind()),
            selector,
            given.seconds(),
            given.type(),
            counts ? given.count() : Optional.of(1),
            given.share()),
        new AlertRule.Terms(
            wanted.forSeconds().orElse(0L), wanted.repeatSeconds(), wanted.groupBy()),
        one(AlertRule.Severity.class, wanted.severity().orElse("warning")),
        wanted.runbook().orElse(""),
        Caller.current().name(),
        clock.millis());
  }

  private static <E extends Enum<E>> E one(Class<E> of, String text) {
    for (E constant : of.getEnumConstants()) {
      if (lower(constant).equals(text)) {
        return constant;
      }
    }
    throw new FlotillaException(
        ErrorCode.INPUT_INVALID,
        "a %s is one of %s"
            .formatted(
                of.getSimpleName().toLowerCase(Locale.ROOT),
                List.of(of.getEnumConstants()).toString().toLowerCase(Locale.ROOT)));
  }

  private void silence(RoutingContext ctx, HandlerTools tools) {
    NewSilence wanted = tools.readJson(ctx, NewSilence.class);
    Reason reason = Reason.of(wanted.reason());
    long nowMs = clock.millis();
    long lasts = TimeUnit.SECONDS.toMillis(Math.clamp(wanted.seconds(), 0, Silence.MAX_MILLIS));
    Silence silence =
        new Silence(
            UUID.randomUUID().toString(),
            wanted.rule(),
            wanted.group(),
            nowMs + lasts,
            reason.text(),
            Caller.current().name(),
            nowMs);
    tools.handleAsync(
        ctx,
        CREATED,
        fleet
            .core()
            .submit(
                tx -> {
                  alerts.silence(tx, silence);
                  done(tx, reason, "silence", "put", silence.id());
                  return view(silence);
                }));
  }

  private CompletionStage<Void> change(
      RoutingContext ctx,
      HandlerTools tools,
      String what,
      String name,
      Consumer<Transaction> change) {
    Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
    return fleet
        .core()
        .submit(
            tx -> {
              change.accept(tx);
              done(tx, reason, what, "delete", name);
              return name;
            })
        .thenAccept(changed -> {});
  }

  private void done(Transaction tx, Reason reason, String what, String how, String name) {
    String subject = what + "/" + name;
    tx.audit(reason.action(what + "." + how, subject));
    String type = what.equals("silence") ? "silence." : "rule.";
    fleet
        .events()
        .append(
            tx,
            new FleetEvent(
                Alerts.OWN_EVENTS + type + (how.equals("put") ? "changed" : "deleted"),
                subject,
                Map.of()));
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Map<String, @Nullable Object> view(AlertRule rule) {
    Condition condition = rule.condition();
    Map<String, @Nullable Object> what = new LinkedHashMap<>();
    what.put("kind", lower(condition.kind()));
    what.put("selector", condition.selector());
    what.put("seconds", condition.seconds().orElse(null));
    what.put("type", condition.type().orElse(null));
    what.put("count", condition.count().orElse(null));
    what.put("share", condition.share().orElse(null));
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("name", rule.name());
    view.put("condition", what);
    view.put("forSeconds", rule.terms().forSeconds());
    view.put("repeatSeconds", rule.terms().repeatSeconds().orElse(null));
    view.put("groupBy", rule.terms().groupBy().orElse(null));
    view.put("severity", lower(rule.severity()));
    view.put("runbook", rule.runbook());
    view.put("by", rule.by());
    view.put("atMs", rule.atMs());
    return view;
  }

  private static Map<String, @Nullable Object> view(Alert alert) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("rule", alert.rule());
    view.put("group", alert.group());
    view.put("state", lower(alert.state()));
    view.put("sinceMs", alert.sinceMs());
    view.put("toldAtMs", alert.held().told() == 0 ? null : alert.held().toldMs());
    view.put("found", alert.found());
    view.put("subjects", alert.subjects());
    return view;
  }

  private static Map<String, @Nullable Object> view(Silence silence) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", silence.id());
    view.put("rule", silence.rule().orElse(null));
    view.put("group", silence.group().orElse(null));
    view.put("untilMs", silence.untilMs());
    view.put("reason", silence.reason());
    view.put("by", silence.by());
    view.put("atMs", silence.atMs());
    return view;
  }
}
