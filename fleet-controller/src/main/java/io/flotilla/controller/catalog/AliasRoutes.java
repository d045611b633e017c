package io.flotilla.controller.catalog;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.model.Alias;
import io.flotilla.registry.model.AliasMove;
import io.flotilla.registry.model.Expectation;
import io.flotilla.registry.model.ModelRegistry;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** Moves, shows and removes aliases, and tells their history. */
public final class AliasRoutes implements Routes {
  private final DecisionLoop core;
  private final ModelRegistry registry;
  private final ModelChanges changes;

  /** Routes over this registry. */
  public AliasRoutes(DecisionLoop core, ModelRegistry registry, ModelChanges changes) {
    this.core = core;
    this.registry = registry;
    this.changes = changes;
  }

  /**
   * Where an alias shall point to.
   *
   * @param version the version, from 1
   * @param expected where it is now: a version, 0 if it must not exist, anywhere if missing
   * @param reason why
   */
  record Move(int version, Optional<Integer> expected, Optional<String> reason) {
    Move {
      if (version < 1 || expected.filter(at -> at < 0).isPresent()) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID, "version is a whole number from 1, expected one from 0");
      }
    }

    Expectation expectation() {
      return expected
          .map(at -> at == 0 ? Expectation.ABSENT : Expectation.at(at))
          .orElse(Expectation.ANY);
    }
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    String alias = "/models/:name/aliases/:alias";
    api.put(alias).handler(tools.jsonBody()).handler(ctx -> move(ctx, tools));
    api.get(alias)
        .handler(
            ctx -> {
              String model = tools.path(ctx, "name");
              String name = tools.path(ctx, "alias");
              tools.handleAsync(ctx, tools.blocking(() -> require(model, name)));
            });
    tools.accepting(api.delete(alias), "reason").handler(ctx -> remove(ctx, tools));
    tools
        .accepting(api.get(alias + "/history"), "after", "limit")
        .handler(ctx -> history(ctx, tools));
  }

  private void move(RoutingContext ctx, HandlerTools tools) {
    Move wish = tools.readJson(ctx, Move.class);
    AliasMove move =
        new AliasMove(
            tools.path(ctx, "name"),
            tools.path(ctx, "alias"),
            wish.version(),
            wish.expectation(),
            Caller.current().name(),
            wish.reason().orElse(""));
    tools.handleAsync(ctx, core.submit(tx -> changes.moveAlias(tx, move)));
  }

  private void remove(RoutingContext ctx, HandlerTools tools) {
    String model = tools.path(ctx, "name");
    String alias = tools.path(ctx, "alias");
    String reason = tools.query(ctx, "reason").orElse("");
    tools.handleAsync(
        ctx,
        core.submit(tx -> changes.removeAlias(tx, model, alias, reason)).thenAccept(removed -> {}));
  }

  private Alias require(String model, String alias) {
    requireModel(model);
    return registry
        .alias(model, alias)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.ALIAS_NOT_FOUND,
                    "the model %s has no alias %s".formatted(model, Printable.of(alias))));
  }

  private void requireModel(String model) {
    if (registry.model(model).isEmpty()) {
      throw new FlotillaException(ErrorCode.MODEL_NOT_FOUND, "no model of that name is registered");
    }
  }

  /** Also of an alias that was removed. */
  private void history(RoutingContext ctx, HandlerTools tools) {
    String model = tools.path(ctx, "name");
    String alias = tools.path(ctx, "alias");
    long after = tools.number(ctx, "after").orElse(0L);
    int limit = tools.limit(ctx);
    tools.handleAsync(
        ctx,
        tools.blocking(
            () -> {
              requireModel(model);
              return Paging.page(
                  registry.aliasHistory(model, alias, after, limit),
                  limit,
                  ModelViews::change,
                  last -> Long.toString(last.sequence()));
            }));
  }
}
