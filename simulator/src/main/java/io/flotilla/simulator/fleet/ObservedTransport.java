package io.flotilla.simulator.fleet;

import io.flotilla.agent.transport.DeviceTransport;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.UpKind;
import java.util.concurrent.CompletionStage;

/** A real transport with somebody listening in on the deployments' progress. */
public final class ObservedTransport implements DeviceTransport {
  private final DeviceTransport transport;
  private final Topics topics;
  private final DeploymentTally tally;

  /** Listens in on a transport of this tenant. */
  public ObservedTransport(DeviceTransport transport, Topics topics, DeploymentTally tally) {
    this.transport = transport;
    this.topics = topics;
    this.tally = tally;
  }

  @Override
  public void connect(Will will, Listener listener) {
    transport.connect(will, listener);
  }

  @Override
  public CompletionStage<Void> publish(String topic, byte[] payload, boolean retain) {
    topics
        .parseUp(topic)
        .filter(up -> up.kind() == UpKind.PROGRESS)
        .ifPresent(up -> tally.saw(payload));
    return transport.publish(topic, payload, retain);
  }

  @Override
  public CompletionStage<Void> subscribe(String filter) {
    return transport.subscribe(filter);
  }

  @Override
  public void unsubscribe(String filter) {
    transport.unsubscribe(filter);
  }

  @Override
  public void close() {
    transport.close();
  }
}
