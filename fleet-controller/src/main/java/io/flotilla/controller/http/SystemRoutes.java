package io.flotilla.controller.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** Health and the API's own description. */
public final class SystemRoutes implements Routes {
  private static final String OPENAPI = "openapi.json";
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final Readiness readiness;

  /** Routes that ask {@code readiness}. */
  public SystemRoutes(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  public void mount(Router api, HandlerTools tools) {
    Buffer openApi = Buffer.buffer(openApi());
    api.get("/livez").handler(ctx -> tools.json(ctx, Map.of("live", true)));
    api.get("/readyz")
        .handler(
            ctx -> {
              Map<String, Boolean> checks = readiness.checks();
              boolean ready = !checks.containsValue(false);
              tools.json(ctx, ready ? OK : UNAVAILABLE, Map.of("ready", ready, "checks", checks));
            });
    api.get("/openapi.json")
        .handler(ctx -> ctx.response().putHeader("Content-Type", "application/json").end(openApi));
  }

  /** The description that is packed beside this class, from {@code docs/reference}. */
  static byte[] openApi() {
    try (InputStream in = SystemRoutes.class.getResourceAsStream(OPENAPI)) {
      if (in == null) {
        throw new IllegalStateException(OPENAPI + " is missing from the build");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
