package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PulseTest {
  @Test
  void aCoreThatAnswersNothingForTooLongIsStuckUntilItAnswers() {
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    Pulse pulse = new Pulse(nanos::get);

    nanos.addAndGet(Pulse.PATIENCE.toNanos());
    assertThat(pulse.beats()).isTrue();
    nanos.incrementAndGet();
    assertThat(pulse.beats()).isFalse();

    pulse.answered();
    assertThat(pulse.beats()).isTrue();
  }
}
