package io.flotilla.controller.http;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * The HTTPS API. Closed by default: a request needs a bearer token and the permission that {@link
 * AccessRules} demands, and what has no rule does not exist. Errors are RFC 9457 problems with a
 * {@code code}.
 */
public final class HttpApi implements AutoCloseable {
  /** Where every path begins. */
  public static final String BASE = "/api/v1";

  private static final int EVENT_LOOPS = 2;

  /** Longest query of an address, in characters as they are sent. */
  private static final int MAX_QUERY_CHARS = 8192;

  /** Longest first line of a request, in characters. */
  private static final int MAX_LINE_CHARS = 2 * MAX_QUERY_CHARS;

  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final int HANDSHAKE_SECONDS = 10;
  private static final int CLOSE_SECONDS = 5;
  private static final int FIRST_CLIENT_ERROR = 400;
  private static final int FIRST_SERVER_ERROR = 500;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int TOO_LARGE = 413;

  private final HttpConfig config;
  private final Vertx vertx;
  private final Lanes lanes;
  private final HandlerTools tools;
  private final Router api;
  private final IdleConnections idle;
  private final HttpServer server;

  private HttpApi(HttpConfig config, Entry entry, List<? extends Routes> features) {
    this.config = config;
    Uploads uploads = Uploads.open(config.uploads());
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(EVENT_LOOPS)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false)));
    this.lanes = new Lanes();
    this.tools = new HandlerTools(lanes, uploads);
    this.api = Router.router(vertx);
    features.forEach(routes -> routes.mount(api, tools));
    requireRules(entry.rules());
    Parameters.guard(api);
    this.idle = new IdleConnections(vertx, IDLE);
    this.server =
        vertx
            .createHttpServer(options(config))
            .connectionHandler(idle::opened)
            .requestHandler(root(new Doorkeeper(entry, tools)))
            .invalidRequestHandler(new InvalidRequests(vertx, MAX_LINE_CHARS));
  }

  /**
   * Starts to listen.
   *
   * @param entry who gets in, how often, and to what
   * @throws IllegalStateException if a route has no rule
   * @throws FlotillaException {@code PORT_IN_USE} if another process listens there; {@code
   *     CONFIGURATION_INVALID} if the address or certificate cannot be used; {@code STORAGE_FAILED}
   */
  public static HttpApi start(HttpConfig config, Entry entry, List<? extends Routes> features) {
    HttpApi http = new HttpApi(config, entry, features);
    try {
      http.server
          .listen(config.port(), config.host())
          .toCompletionStage()
          .toCompletableFuture()
          .join();
      return http;
    } catch (CompletionException e) {
      http.close();
      if (e.getCause() instanceof BindException && inUse(e.getCause())) {
        throw new FlotillaException(
            ErrorCode.PORT_IN_USE,
            "port %d of %s is in use: stop the process that has it or choose another port"
                .formatted(config.port(), config.host()),
            e);
      }
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          "the API cannot listen on %s:%d: check address and certificate"
              .formatted(config.host(), config.port()),
          e);
    }
  }

  private static boolean inUse(Throwable bind) {
    return String.valueOf(bind.getMessage()).contains("in use");
  }

  private static HttpServerOptions options(HttpConfig config) {
    return new HttpServerOptions()
        .setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .addCertPath(config.certificate().toString())
                .addKeyPath(config.key().toString()))
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
        .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
        .setMaxInitialLineLength(MAX_LINE_CHARS)
        .setHandle100ContinueAutomatically(true);
  }

  private void requireRules(AccessRules rules) {
    List<String> without = new ArrayList<>(endpoints());
    without.removeAll(rules.endpoints());
    if (!without.isEmpty()) {
      throw new IllegalStateException("no rule says who may call " + without);
    }
  }

  private Router root(Doorkeeper doorkeeper) {
    Router root = Router.router(vertx);
    root.route().handler(this::admit);
    root.route().handler(doorkeeper);
    root.route(BASE + "/*").subRouter(api);
    root.route().failureHandler(this::failed);
    root.errorHandler(NOT_FOUND, this::failed);
    root.errorHandler(METHOD_NOT_ALLOWED, this::failed);
    return root;
  }

  private void admit(RoutingContext ctx) {
    idle.serve(ctx);
    Deadline.start(ctx, config.requestTimeout(), tools::fail);
    ResponseHeaders.secure(ctx.response());
    String query = ctx.request().query();
    if (query != null && query.length() > MAX_QUERY_CHARS) {
      tools.fail(
          ctx,
          new FlotillaException(
              ErrorCode.REQUEST_TOO_LARGE,
              "the query of the address is over the limit of %d characters"
                  .formatted(MAX_QUERY_CHARS)));
      return;
    }
    ctx.next();
  }

  private void failed(RoutingContext ctx) {
    Throwable failure = ctx.failure();
    int status = ctx.statusCode();
    boolean refused = status >= FIRST_CLIENT_ERROR && status < FIRST_SERVER_ERROR;
    tools.fail(
        ctx,
        failure != null && !refused
            ? failure
            : switch (status) {
              case TOO_LARGE ->
                  new FlotillaException(
                      ErrorCode.REQUEST_TOO_LARGE,
                      "the body is over the limit of %d bytes"
                          .formatted(HandlerTools.MAX_JSON_BYTES));
              case NOT_FOUND, METHOD_NOT_ALLOWED -> NoSuchEndpoint.failure();
              default ->
                  new FlotillaException(
                      ErrorCode.INPUT_INVALID, "the request's address or headers are malformed");
            });
  }

  /** The port it listens on. */
  public int port() {
    return server.actualPort();
  }

  /** Its address, without a path, under the name that local callers use. */
  public URI url() {
    boolean anywhere = config.host().equals("0.0.0.0") || config.host().equals("::");
    return URI.create("https://%s:%d".formatted(anywhere ? "127.0.0.1" : config.host(), port()));
  }

  /** Everything that is mounted, as {@code METHOD /path}, sorted. */
  public List<String> endpoints() {
    return api.getRoutes().stream()
        .filter(route -> route.getPath() != null && route.methods() != null)
        .flatMap(
            route -> route.methods().stream().map(m -> m.name() + " " + BASE + route.getPath()))
        .distinct()
        .sorted()
        .toList();
  }

  /** Stops to listen and ends all connections; takes at most 5 s. */
  @Override
  public void close() {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS)
        .join();
    lanes.close();
  }
}
