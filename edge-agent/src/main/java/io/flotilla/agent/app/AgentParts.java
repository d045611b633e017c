package io.flotilla.agent.app;

import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.transport.DeviceTransport;
import io.flotilla.agent.transport.paho.PahoTransport;
import io.flotilla.hardware.Accelerator;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * What an agent takes from outside, so that a simulator can replace it.
 *
 * @param clock wall clock
 * @param random for ids, sampling and jitter; used during {@link Agent#start} only, to seed the
 *     agent's own generators
 * @param accelerator what scores
 * @param transports how to reach the broker
 * @param stores where to remember; one factory serves all agents of a process, and is closed after
 *     them by its owner
 * @param host what the process can do for its agent
 */
public record AgentParts(
    Clock clock,
    RandomGenerator random,
    Accelerator accelerator,
    DeviceTransport.Factory transports,
    AgentStore.Factory stores,
    AgentHost host) {
  /** The real clock and randomness, and Paho. */
  public static AgentParts real(Accelerator accelerator, AgentStore.Factory stores) {
    return new AgentParts(
        Clock.systemUTC(),
        new SecureRandom(),
        accelerator,
        PahoTransport::new,
        stores,
        AgentHost.NONE);
  }

  /** The same in another process. */
  public AgentParts in(AgentHost process) {
    return new AgentParts(clock, random, accelerator, transports, stores, process);
  }
}
