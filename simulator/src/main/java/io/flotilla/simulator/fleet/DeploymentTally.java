package io.flotilla.simulator.fleet;

import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.SpooledEnvelope;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the deployments of one device ended, as it told its controller. Messages that are sent again
 * count once, so a deployment that is carried out twice shows. Thread-safe.
 */
public final class DeploymentTally {
  private final Map<String, Map<String, Long>> ended = new TreeMap<>();
  private long through;

  /** Takes in a message of the spool as it goes out. */
  public synchronized void saw(byte[] payload) {
    SpooledEnvelope envelope = MessageCodec.decode(payload, SpooledEnvelope.class);
    if (envelope.sequence() <= through) {
      return;
    }
    through = envelope.sequence();
    Progress progress = MessageCodec.decode(envelope.body(), Progress.class);
    if (progress.state().terminal()) {
      ended
          .computeIfAbsent(progress.target().toString(), version -> new TreeMap<>())
          .merge(progress.state().name(), 1L, Long::sum);
    }
  }

  /** Deployments by version and by the state they ended in. */
  public synchronized Map<String, Map<String, Long>> ended() {
    Map<String, Map<String, Long>> copy = new TreeMap<>();
    ended.forEach((version, states) -> copy.put(version, new TreeMap<>(states)));
    return copy;
  }
}
