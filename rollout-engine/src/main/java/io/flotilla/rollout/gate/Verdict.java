package io.flotilla.rollout.gate;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a gate says about one arm, and by which numbers.
 *
 * @param gate the gate's name, such as {@code errors-previous}
 * @param arm the arm that it judges
 * @param wave index of the wave that it was asked about, from 0
 * @param outcome what it says
 * @param numbers the numbers behind it, by name, finite: see {@link GateJudge#judge}
 * @param message one sentence for people
 */
public record Verdict(
    String gate,
    String arm,
    int wave,
    Outcome outcome,
    Map<String, Double> numbers,
    String message) {
  /** Devices of the wave that count so far. */
  public static final String WAVE_DEVICES = "waveDevices";

  /** How many of them have to count before the wave may be left. */
  public static final String NEEDED = "neededDevices";

  /** Copies the numbers, in the order of their names. */
  public Verdict {
    numbers = Collections.unmodifiableMap(new TreeMap<>(numbers));
  }

  /** Whether enough devices of the wave count for it to be left, if nothing speaks against it. */
  public boolean enough() {
    return numbers.getOrDefault(WAVE_DEVICES, 0.0)
        >= numbers.getOrDefault(NEEDED, Double.MAX_VALUE);
  }

  /** What a gate can say. */
  public enum Outcome {
    /** Enough devices count, and nothing suspicious is seen. */
    PASS,
    /** Too few devices count yet, or there is a suspicion that is no proof: see {@link #enough}. */
    CONTINUE,
    /** It behaves worse. A gate that has said so goes on saying so. */
    STOP
  }
}
