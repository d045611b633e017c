package io.flotilla.agent.app;

import io.flotilla.agent.identity.Identity;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.RenewalAnswer;
import io.flotilla.protocol.message.RenewalRequest;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the device's certificate once a third of its life is left. The new one is used from the
 * next connection on. Confined to the decision thread.
 */
final class RenewalDriver {
  private static final Logger LOG = LoggerFactory.getLogger(RenewalDriver.class);
  private static final long LOOK_MS = TimeUnit.MINUTES.toMillis(1);
  private static final long ASK_MS = TimeUnit.HOURS.toMillis(1);

  private final DeploymentTools tools;
  private final Uplink uplink;
  private long nextMs;

  RenewalDriver(DeploymentTools tools, Uplink uplink) {
    this.tools = tools;
    this.uplink = uplink;
    this.nextMs = tools.steadyMs();
  }

  /** Asks if it is time to. */
  void tick() {
    long steadyMs = tools.steadyMs();
    if (steadyMs < nextMs || !uplink.connected()) {
      return;
    }
    nextMs = steadyMs + LOOK_MS;
    Identity identity = tools.identity();
    try {
      if (identity.renewalDue(now())) {
        nextMs = steadyMs + ASK_MS;
        uplink.askRenewal(new RenewalRequest(1, identity.certificateRequest()));
      }
    } catch (FlotillaException e) {
      nextMs = steadyMs + ASK_MS;
      LOG.warn("{}: no renewal: {} {}", identity.deviceId(), e.code(), e.getMessage());
    }
  }

  /** The answer came, perhaps again. */
  void onAnswer(byte[] payload) {
    RenewalAnswer answer = MessageCodec.decode(payload, RenewalAnswer.class);
    Identity identity = tools.identity();
    if (identity.renew(answer.certificate())) {
      LOG.info("{} has a new certificate", identity.deviceId());
    }
  }

  private Instant now() {
    return tools.clock().instant();
  }
}
