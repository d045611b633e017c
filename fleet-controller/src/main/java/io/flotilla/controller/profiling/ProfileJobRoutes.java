package io.flotilla.controller.profiling;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.VersionPath;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.flotilla.protocol.message.ProfileCommand;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Begins and shows profile jobs. */
public final class ProfileJobRoutes implements Routes {
  private static final int CREATED = 201;
  private static final long DEFAULT_BUDGET_SECONDS = 60;

  private final DecisionLoop core;
  private final ProfileJobs jobs;
  private final Profiles profiles;
  private final StoredRecords stored;
  private final Clock clock;

  /** Routes over these jobs. */
  public ProfileJobRoutes(
      DecisionLoop core, ProfileJobs jobs, Profiles profiles, StoredRecords stored, Clock clock) {
    this.core = core;
    this.jobs = jobs;
    this.profiles = profiles;
    this.stored = stored;
    this.clock = clock;
  }

  /**
   * A job to be begun.
   *
   * @param device which device; or
   * @param deviceClass any device of this class that runs the version
   * @param threads numbers of threads to try; 1, 2, 4 … up to the device's processors if missing
   * @param budgetSeconds most time for measuring; 60 if missing
   * @param reason why
   */
  record NewJob(
      Optional<String> device,
      Optional<String> deviceClass,
      Optional<List<Integer>> threads,
      Optional<Long> budgetSeconds,
      Optional<String> reason) {
    ProfileJobs.Wish wish() {
      long seconds = budgetSeconds.orElse(DEFAULT_BUDGET_SECONDS);
      return new ProfileJobs.Wish(
          device,
          deviceClass,
          threads.orElse(List.of()),
          Math.clamp(seconds, 0, ProfileCommand.MAX_BUDGET_MS) * TimeUnit.SECONDS.toMillis(1));
    }
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post("/models/:name/versions/:version/profile-jobs")
        .handler(tools.jsonBody())
        .handler(ctx -> create(ctx, tools));
    api.get("/profile-jobs/:id")
        .handler(
            ctx -> {
              String id = tools.path(ctx, "id");
              tools.handleAsync(ctx, tools.blocking(() -> view(require(id))));
            });
  }

  private void create(RoutingContext ctx, HandlerTools tools) {
    VersionPath path = VersionPath.of(ctx, tools);
    NewJob wanted = tools.readJson(ctx, NewJob.class);
    ProfileJobs.Wish wish = wanted.wish();
    Reason reason = Reason.of(wanted.reason());
    tools.handleAsync(
        ctx, CREATED, core.submit(tx -> view(jobs.create(tx, path, wish, reason, clock.millis()))));
  }

  private ProfileJob require(String id) {
    return stored
        .get(ProfileJobs.JOBS, id)
        .orElseThrow(
            () -> new FlotillaException(ErrorCode.PROFILE_NOT_FOUND, "no profile job has this id"));
  }

  private Map<String, @Nullable Object> view(ProfileJob job) {
    ProfileCommand command = job.command();
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", job.id());
    view.put("model", command.version().model());
    view.put("version", command.version().version());
    view.put("device", command.deviceId());
    view.put("state", job.state().name());
    view.put("createdAtMs", command.validity().issuedAtMs());
    view.put("expiresAtMs", command.validity().expiresAtMs());
    view.put(
        "profile",
        job.profile()
            .flatMap(
                number ->
                    profiles.find(command.version().model(), command.version().version(), number))
            .map(ProfileRoutes::view)
            .orElse(null));
    view.put(
        "failure",
        job.failure().map(why -> Map.of("code", why.code(), "message", why.detail())).orElse(null));
    return view;
  }
}
