package io.flotilla.controller.profiling;

import io.flotilla.controller.access.Caller;
import io.flotilla.controller.catalog.VersionPath;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Paging;
import io.flotilla.controller.http.Routes;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes in and shows profiles and what they recommend. */
public final class ProfileRoutes implements Routes {
  private static final int CREATED = 201;
  private static final String PROFILES = "/models/:name/versions/:version/profiles";

  private final DecisionLoop core;
  private final ModelRegistry models;
  private final Profiles profiles;
  private final Clock clock;

  /** Routes over these profiles. */
  public ProfileRoutes(DecisionLoop core, ModelRegistry models, Profiles profiles, Clock clock) {
    this.core = core;
    this.models = models;
    this.profiles = profiles;
    this.clock = clock;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post(PROFILES).handler(tools.jsonBody()).handler(ctx -> add(ctx, tools));
    tools.accepting(api.get(PROFILES), "after", "limit").handler(ctx -> list(ctx, tools));
  }

  private ModelVersion require(VersionPath path) {
    return models.require(path.model(), path.version());
  }

  private void add(RoutingContext ctx, HandlerTools tools) {
    VersionPath path = VersionPath.of(ctx, tools);
    NewProfile profile = tools.readJson(ctx, NewProfile.class);
    tools.handleAsync(
        ctx,
        CREATED,
        core.submit(
            tx -> view(profiles.add(tx, path, profile, Caller.current().name(), clock.millis()))));
  }

  private void list(RoutingContext ctx, HandlerTools tools) {
    VersionPath path = VersionPath.of(ctx, tools);
    long after = tools.number(ctx, "after").orElse(0L);
    int limit = tools.limit(ctx);
    tools.handleAsync(
        ctx,
        tools.blocking(
            () -> {
              ModelVersion version = require(path);
              List<StoredProfile> page =
                  profiles.page(version.model(), version.version(), after, limit);
              Map<String, @Nullable Object> answer =
                  Paging.page(
                      page, limit, ProfileRoutes::view, last -> Long.toString(last.number()));
              answer.put(
                  "recommendations", profiles.recommendations(version.model(), version.version()));
              return answer;
            }));
  }

  static Map<String, Object> view(StoredProfile stored) {
    NewProfile profile = stored.profile();
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("number", stored.number());
    view.put("deviceClass", profile.deviceClass());
    view.put("machine", profile.machine());
    view.put("points", profile.points());
    view.put("recommendedThreads", profile.recommendedThreads());
    view.put("atMs", profile.atMs());
    view.put("by", stored.by());
    view.put("receivedAtMs", stored.receivedAtMs());
    return view;
  }
}
