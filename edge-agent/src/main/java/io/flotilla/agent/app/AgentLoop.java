package io.flotilla.agent.app;

import io.flotilla.agent.capture.CaptureLog;
import io.flotilla.agent.health.HealthLog;
import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.spool.Spool;
import io.flotilla.agent.transport.DeviceTransport;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.Dsse;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.BundlePart;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.topic.Topics;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What brings news to the decision thread: the transport's listener and the tick. Parts of bundles
 * have a bound of their own, so that a broadcast can neither fill the memory nor push an assignment
 * out of the queue; a part too many is dropped and asked for again.
 */
final class AgentLoop implements DeviceTransport.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(AgentLoop.class);
  private static final int MOST_PARTS = 32;

  private final String deviceId;
  private final String ackTopic;
  private final String assignmentTopic;
  private final String commandTopic;
  private final String certificateTopic;
  private final String bundlePrefix;
  private final DeploymentTools tools;
  private final Uplink uplink;
  private final DeploymentDriver driver;
  private final Drivers drivers;
  private final Records records;
  private final DecisionThread decisions;

  private final Semaphore parts = new Semaphore(MOST_PARTS);
  private final AtomicBoolean missedNews = new AtomicBoolean();
  private long syncedMs;

  /** Whether the last attempt to connect failed; on the decision thread. */
  private boolean unreachable;

  /** What carries out the controller's orders. */
  record Drivers(
      DeploymentDriver deployment,
      ProfileDriver profiling,
      CommandDriver commands,
      RenewalDriver renewal) {
    private void command(byte[] envelope) {
      if (Dsse.claimedType(envelope).equals(Optional.of(ProfileCommand.PAYLOAD_TYPE))) {
        profiling.onCommand(envelope);
      } else {
        commands.onCommand(envelope);
      }
    }
  }

  /** What is recorded on the side of scoring. */
  record Records(Spool spool, CaptureLog capture, HealthLog health, int syncMs) {}

  AgentLoop(
      DeploymentTools tools,
      Uplink uplink,
      Drivers drivers,
      Records records,
      DecisionThread decisions) {
    Identity identity = tools.identity();
    Topics topics = new Topics(identity.tenant());
    this.deviceId = identity.deviceId();
    this.ackTopic = topics.ack(deviceId);
    this.assignmentTopic = topics.assignment(deviceId);
    this.commandTopic = topics.command(deviceId);
    this.certificateTopic = topics.certificate(deviceId);
    String bundles = topics.allBundles();
    this.bundlePrefix = bundles.substring(0, bundles.indexOf('+'));
    this.tools = tools;
    this.uplink = uplink;
    this.driver = drivers.deployment();
    this.drivers = drivers;
    this.records = records;
    this.decisions = decisions;
  }

  @Override
  public void connected() {
    news(
        () -> {
          LOG.info("{} is connected", deviceId);
          unreachable = false;
          uplink.onConnected(tools.steadyMs());
          driver.onConnected();
        });
  }

  @Override
  public void disconnected(FlotillaException reason) {
    news(
        () -> {
          // Retries go on for ever: only the first of a row is worth a person's attention.
          LOG.atLevel(unreachable ? Level.INFO : Level.WARN)
              .log("{} is not connected: {} {}", deviceId, reason.code(), reason.getMessage());
          unreachable = true;
          uplink.onDisconnected();
        });
  }

  @Override
  public void message(String topic, byte[] payload) {
    if (topic.startsWith(bundlePrefix)) {
      part(payload);
    } else if (topic.equals(ackTopic)) {
      news(() -> reading(topic, () -> uplink.onAck(payload, tools.steadyMs())));
    } else if (topic.equals(assignmentTopic)) {
      // An empty retained message is how a broker forgets one.
      if (payload.length > 0) {
        news(() -> reading(topic, () -> driver.onAssignment(payload)));
      }
    } else if (topic.equals(commandTopic)) {
      news(() -> reading(topic, () -> drivers.command(payload)));
    } else if (topic.equals(certificateTopic)) {
      news(() -> reading(topic, () -> drivers.renewal().onAnswer(payload)));
    } else {
      LOG.debug("{} has no use for {}", deviceId, topic);
    }
  }

  /** What is due; on the decision thread. */
  void tick() {
    long nowMs = tools.steadyMs();
    records.capture().tick();
    records.health().tick();
    if (nowMs - syncedMs >= records.syncMs()) {
      syncedMs = nowMs;
      reading("spool", records.spool()::sync);
    }
    driver.tick();
    drivers.profiling().tick();
    drivers.commands().tick();
    drivers.renewal().tick();
    if (missedNews.getAndSet(false)) {
      uplink.refresh();
    }
    uplink.pump(nowMs);
  }

  private void part(byte[] payload) {
    if (!parts.tryAcquire()) {
      return;
    }
    boolean queued =
        decisions.offer(
            () -> {
              try {
                reading(
                    "part", () -> driver.onPart(MessageCodec.decode(payload, BundlePart.class)));
              } finally {
                parts.release();
              }
            });
    if (!queued) {
      parts.release();
    }
  }

  private void news(Runnable piece) {
    if (!decisions.offer(piece)) {
      missedNews.set(true);
    }
  }

  /** Bad messages and a failing disk are no bugs. */
  private void reading(String what, Runnable piece) {
    try {
      piece.run();
    } catch (FlotillaException e) {
      LOG.warn("{}: {} failed: {} {}", deviceId, what, e.code(), e.getMessage());
    }
  }
}
