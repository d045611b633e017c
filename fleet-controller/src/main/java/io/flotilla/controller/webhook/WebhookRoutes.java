package io.flotilla.controller.webhook;

import io.flotilla.controller.access.Caller;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Saves, shows and deletes webhooks, and has their dead letters sent again. */
public final class WebhookRoutes implements Routes {
  private static final int OK = 200;
  private static final int CREATED = 201;
  private static final int ACCEPTED = 202;

  private final DecisionLoop core;
  private final EventLog events;
  private final Webhooks webhooks;
  private final Clock clock;

  /** Routes over these webhooks. */
  public WebhookRoutes(FleetState fleet, Webhooks webhooks, Clock clock) {
    this.core = fleet.core();
    this.events = fleet.events();
    this.webhooks = webhooks;
    this.clock = clock;
  }

  /**
   * A webhook to be saved.
   *
   * @param url as {@link Webhook} says
   * @param types as {@link Webhook} says; all events if missing
   * @param reason why
   */
  record Wanted(String url, Optional<List<String>> types, Optional<String> reason) {}

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.get("/webhooks")
        .handler(
            ctx ->
                tools.handleAsync(
                    ctx,
                    tools.blocking(
                        () -> Map.of("items", webhooks.list().stream().map(this::view).toList()))));
    api.get("/webhooks/:name")
        .handler(
            ctx -> {
              String name = tools.path(ctx, "name");
              tools.handleAsync(ctx, tools.blocking(() -> view(webhooks.require(name))));
            });
    api.put("/webhooks/:name").handler(tools.jsonBody()).handler(ctx -> put(ctx, tools));
    tools
        .accepting(api.delete("/webhooks/:name"), Reason.NAME)
        .handler(ctx -> tools.handleAsync(ctx, delete(ctx, tools)));
    tools
        .accepting(api.get("/webhooks/:name/dead-letters"), "after", "limit")
        .handler(ctx -> letters(ctx, tools));
    tools
        .accepting(api.post("/webhooks/:name/replay"), Reason.NAME)
        .handler(ctx -> replay(ctx, tools));
  }

  private void put(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    Wanted wanted = tools.readJson(ctx, Wanted.class);
    Reason reason = Reason.of(wanted.reason());
    List<String> types = wanted.types().orElse(List.of());
    String by = Caller.current().name();
    // Checks the input before anything waits for the core.
    Webhook fresh =
        new Webhook(name, wanted.url(), types, UUID.randomUUID().toString(), by, clock.millis());
    tools.whenDone(
        ctx,
        core.submit(
            tx -> {
              Optional<Webhook> known = tx.get(Ledger.WEBHOOKS, name);
              Webhook saved = known.map(k -> fresh.withSalt(k.salt())).orElse(fresh);
              webhooks.put(tx, saved);
              tx.audit(reason.action("webhook.put", subject(name), Map.of("url", saved.url())));
              announce(tx, "changed", name);
              return new Saved(saved, known.isEmpty());
            }),
        saved -> {
          Map<String, Object> answer = new LinkedHashMap<>(view(saved.webhook()));
          if (saved.created()) {
            answer.put("secret", webhooks.secret(saved.webhook()));
          }
          tools.json(ctx, saved.created() ? CREATED : OK, answer);
        });
  }

  private record Saved(Webhook webhook, boolean created) {}

  private CompletionStage<Void> delete(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
    return core.submit(
            tx -> {
              webhooks.delete(tx, name);
              tx.audit(reason.action("webhook.delete", subject(name)));
              announce(tx, "deleted", name);
              return name;
            })
        .thenAccept(deleted -> {});
  }

  private void letters(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    long after = tools.number(ctx, "after").orElse(0L);
    int limit = tools.limit(ctx);
    tools.handleAsync(
        ctx,
        tools.blocking(
            () -> {
              webhooks.require(name);
              List<DeadLetter> page = webhooks.letters(name, after, limit);
              return Paging.page(
                  page.stream().map(WebhookRoutes::view).toList(),
                  page.size() < limit
                      ? Optional.empty()
                      : Optional.of(Long.toString(page.getLast().event())));
            }));
  }

  private void replay(RoutingContext ctx, HandlerTools tools) {
    String name = tools.path(ctx, "name");
    Reason reason = Reason.of(tools.query(ctx, Reason.NAME));
    tools.handleAsync(
        ctx,
        ACCEPTED,
        tools
            .blocking(() -> webhooks.require(name))
            .thenCompose(
                known ->
                    core.submit(
                        tx -> {
                          tx.audit(reason.action("webhook.replay", subject(name)));
                          tx.then(() -> webhooks.replay(name));
                          return Map.of("name", name);
                        })));
  }

  private void announce(Transaction tx, String what, String name) {
    events.append(tx, new FleetEvent(Webhooks.OWN_EVENTS + what, subject(name), Map.of()));
  }

  private static String subject(String name) {
    return "webhook/" + name;
  }

  private Map<String, Object> view(Webhook webhook) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("name", webhook.name());
    view.put("url", webhook.url());
    view.put("types", webhook.types());
    view.put("by", webhook.by());
    view.put("atMs", webhook.atMs());
    view.put("through", webhooks.through(webhook.name()));
    view.put("lastFailure", webhooks.lastFailure(webhook.name()));
    return view;
  }

  private static Map<String, Object> view(DeadLetter letter) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("event", Long.toString(letter.event()));
    view.put("type", letter.type());
    view.put("subject", letter.subject());
    view.put("attempts", letter.attempts());
    view.put("failure", letter.failure());
    view.put("atMs", letter.atMs());
    return view;
  }
}
