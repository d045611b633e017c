package io.flotilla.controller.http;

import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Grant;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.access.Role;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TestDevices;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A listening API and a client that trusts it. */
public final class TestApi implements AutoCloseable {
  public static final String TOKEN = "test-token";

  public final HttpApi api;
  public final HttpClient client;

  public TestApi(Path folder, Routes... routes) {
    this(folder, Duration.ofSeconds(30), routes);
  }

  TestApi(Path folder, Duration timeout, Routes... routes) {
    CertificateAuthority authority =
        TestDevices.authority(folder.resolve("pki"), Clock.systemUTC());
    api =
        HttpApi.start(
            config(authority, folder.resolve("uploads"), 0, timeout),
            entry(folder.resolve("rules"), routes),
            List.of(routes));
    client = client(authority);
  }

  /** Whoever has {@link #TOKEN} is an admin; the routes of the API are under its rules. */
  static Entry entry(Path scratch, Routes... routes) {
    return new Entry(new OneToken(), RateLimits.DEFAULT, rules(scratch, routes));
  }

  private record OneToken() implements Authenticator {
    @Override
    public Optional<Caller> known(String token, String from, String request) {
      return token.equals(TOKEN)
          ? Optional.of(
              new Caller("operator", from, request, List.of(Grant.everywhere(Role.ADMIN))))
          : Optional.empty();
    }

    @Override
    public boolean mayBeForeign(String token) {
      return false;
    }

    @Override
    public Optional<Caller> foreign(String token, String from, String request) {
      return Optional.empty();
    }
  }

  /** The API's rules, and for the tests' own routes that only an admin may call them. */
  private static AccessRules rules(Path scratch, Routes... routes) {
    Vertx vertx = Vertx.vertx();
    Lanes lanes = new Lanes();
    try {
      Router router = Router.router(vertx);
      HandlerTools tools = new HandlerTools(lanes, Uploads.open(scratch));
      List.of(routes).forEach(feature -> feature.mount(router, tools));
      Set<String> own = new TreeSet<>();
      router.getRoutes().stream()
          .filter(route -> route.getPath() != null && route.methods() != null)
          .forEach(
              route ->
                  route
                      .methods()
                      .forEach(method -> own.add(method.name() + " " + route.getPath())));
      AccessRules.API.endpoints().forEach(known -> own.remove(known.replace(HttpApi.BASE, "")));
      return AccessRules.API.and(Permission.ADMIN, String.join("\n", own));
    } finally {
      lanes.close();
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  static HttpConfig config(
      CertificateAuthority authority, Path uploads, int port, Duration timeout) {
    return new HttpConfig(
        "127.0.0.1", port, authority.serverFile(), authority.serverKeyFile(), uploads, timeout);
  }

  private static HttpClient client(CertificateAuthority authority) {
    try {
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, authority.server().trustManagers().getTrustManagers(), null);
      return HttpClient.newBuilder().sslContext(tls).build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public URI uri(String path) {
    return URI.create(api.url() + HttpApi.BASE + path);
  }

  /** A request with the operator's token. */
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + TOKEN);
  }

  public HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public HttpResponse<String> get(String path) {
    return send(request(path));
  }

  public HttpResponse<String> call(String method, String path, @Nullable String body) {
    return send(
        request(path)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body)));
  }

  public static Map<String, Object> map(HttpResponse<String> response) {
    return new JsonObject(response.body()).getMap();
  }

  /** The error code of a problem. */
  public static String code(HttpResponse<String> response) {
    return String.valueOf(map(response).get("code"));
  }

  @Override
  public void close() {
    client.close();
    api.close();
  }
}
