package io.flotilla.controller.webhook;

import io.flotilla.controller.event.LoggedEvent;
import java.util.Optional;

/** Sends events. */
@FunctionalInterface
interface Sender {
  /** Sends an event once; what went wrong, or nothing if it was taken. */
  Optional<String> send(Webhook webhook, LoggedEvent event) throws InterruptedException;
}
