package io.flotilla.controller.webhook;

import io.flotilla.controller.event.CloudEvents;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.controller.http.codec.ApiJson;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Posts events: CloudEvents 1.0 in structured JSON form, signed as Standard Webhooks 1.0.0 has it.
 * Follows no redirects, and reads no answer but its status.
 */
final class Poster implements Sender, AutoCloseable {
  private static final int SUCCESS = 200;
  private static final int REDIRECT = 300;
  private static final long MILLIS = 1000;

  private final HttpClient client;
  private final WebhookSecrets secrets;
  private final Duration timeout;
  private final Clock clock;
  private final String source;

  /**
   * A poster.
   *
   * @param timeout most time for one event
   * @param source of the CloudEvents
   */
  Poster(WebhookSecrets secrets, Duration timeout, Clock clock, String source) {
    this.client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
    this.secrets = secrets;
    this.timeout = timeout;
    this.clock = clock;
    this.source = source;
  }

  @Override
  public Optional<String> send(Webhook webhook, LoggedEvent event) throws InterruptedException {
    CompletableFuture<HttpResponse<Void>> answer =
        client.sendAsync(request(webhook, event), HttpResponse.BodyHandlers.discarding());
    try {
      int status = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      return status >= SUCCESS && status < REDIRECT
          ? Optional.empty()
          : Optional.of("it answered " + status);
    } catch (TimeoutException e) {
      return Optional.of("it did not answer within %d ms".formatted(timeout.toMillis()));
    } catch (ExecutionException e) {
      Throwable cause = Optional.ofNullable(e.getCause()).orElse(e);
      return Optional.of(cause.getClass().getSimpleName() + " when connecting or sending");
    } finally {
      answer.cancel(true);
    }
  }

  private HttpRequest request(Webhook webhook, LoggedEvent event) {
    byte[] body = ApiJson.encode(CloudEvents.of(event, source));
    String id = source + ":" + event.id();
    long now = clock.millis() / MILLIS;
    return HttpRequest.newBuilder(URI.create(webhook.url()))
        .header("Content-Type", "application/cloudevents+json; charset=utf-8")
        .header("webhook-id", id)
        .header("webhook-timestamp", Long.toString(now))
        .header("webhook-signature", secrets.sign(webhook, id, now, body))
        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
