package io.flotilla.controller.http;

import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TestDevices;
import io.vertx.core.json.JsonObject;
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
            TOKEN::equals,
            List.of(routes));
    client = client(authority);
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
