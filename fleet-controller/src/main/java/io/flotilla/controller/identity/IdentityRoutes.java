package io.flotilla.controller.identity;

import io.flotilla.controller.access.Permission;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.device.DeviceScope;
import io.flotilla.controller.http.HandlerTools;
import io.flotilla.controller.http.Routes;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Issues claims to the operator, and enrols devices that bring one. */
public final class IdentityRoutes implements Routes {
  private static final int CREATED = 201;
  private static final long DEFAULT_TTL_SECONDS = 3600;

  private final Claims claims;
  private final Enrolment enrolment;

  /** Routes over these. */
  public IdentityRoutes(Claims claims, Enrolment enrolment) {
    this.claims = claims;
    this.enrolment = enrolment;
  }

  /**
   * A wish for claims.
   *
   * @param count how many; 1 if missing
   * @param ttlSeconds how long they can be used; 3600 if missing
   * @param labels what devices that use them are labelled with
   * @param reason why
   */
  record ClaimsRequest(
      Optional<Integer> count,
      Optional<Long> ttlSeconds,
      Optional<Map<String, String>> labels,
      Optional<String> reason) {}

  /**
   * A device to be enrolled without a claim.
   *
   * @param deviceId the id it shall have
   * @param csr a certificate signing request for its own key, in PEM form
   * @param labels what it is labelled with
   * @param reason why
   */
  record Provisioning(
      String deviceId, String csr, Optional<Map<String, String>> labels, Optional<String> reason) {}

  @Override
  public void mount(Router api, HandlerTools tools) {
    api.post("/claims")
        .handler(tools.jsonBody())
        .handler(
            ctx -> {
              ClaimsRequest wish = tools.readJson(ctx, ClaimsRequest.class);
              DeviceScope.of(Permission.DEVICE_WRITE).requireNew(wish.labels().orElse(Map.of()));
              tools.handleAsync(
                  ctx,
                  CREATED,
                  claims
                      .issue(
                          wish.count().orElse(1),
                          Duration.ofSeconds(wish.ttlSeconds().orElse(DEFAULT_TTL_SECONDS)),
                          wish.labels().orElse(Map.of()),
                          Reason.of(wish.reason()))
                      .thenApply(texts -> Map.of("claims", texts)));
            });
    api.post("/provisionings")
        .handler(tools.jsonBody())
        .handler(
            ctx -> {
              Provisioning wish = tools.readJson(ctx, Provisioning.class);
              Reason reason = Reason.of(wish.reason());
              tools.handleAsync(
                  ctx,
                  CREATED,
                  tools.blocking(
                      () ->
                          enrolment.provision(
                              wish.deviceId(),
                              wish.csr(),
                              wish.labels().orElse(Map.of()),
                              reason)));
            });
    api.post("/enrolments")
        .handler(tools.jsonBody())
        .handler(
            ctx -> {
              EnrolmentRequest request = tools.readJson(ctx, EnrolmentRequest.class);
              tools.handleAsync(ctx, CREATED, tools.blocking(() -> enrolment.enrol(request)));
            });
  }
}
