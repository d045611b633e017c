package io.flotilla.controller.gate;

import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.VersionRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Rows in a row that one device scored with one version.
 *
 * @param version the version
 * @param fromMs Unix time in milliseconds here of the first report in it
 * @param toMs Unix time in milliseconds here of the last one
 * @param rows rows that count
 * @param bad those of them that went wrong: failed to be scored, or predicted wrongly
 * @param latency scored rows by latency bucket
 * @param predictions rows by predicted category
 * @param agent how the agent was
 */
public record Block(
    VersionRef version,
    long fromMs,
    long toMs,
    long rows,
    long bad,
    List<Long> latency,
    Map<String, Long> predictions,
    AgentState agent) {
  /** Copies the collections. */
  public Block {
    latency = List.copyOf(latency);
    predictions = Collections.unmodifiableMap(new TreeMap<>(predictions));
  }

  /** What a health report says. */
  static Block of(HealthReport report, boolean drifting, long nowMs) {
    HealthReport.Rows rows = report.rows();
    return new Block(
        report.source(),
        nowMs,
        nowMs,
        rows.scored() + rows.failed(),
        rows.failed(),
        rows.latency(),
        rows.predictions(),
        new AgentState(report.lives(), report.lives(), report.residentBytes(), drifting));
  }

  /** What a label says. */
  static Block of(VersionRef version, boolean right, long nowMs) {
    return new Block(
        version,
        nowMs,
        nowMs,
        1,
        right ? 0 : 1,
        List.of(),
        Map.of(),
        new AgentState(0, 0, 0, false));
  }

  /** This and what came after it. */
  Block plus(Block next) {
    List<Long> both = new ArrayList<>();
    for (int i = 0; i < Math.max(latency.size(), next.latency.size()); i++) {
      both.add(at(latency, i) + at(next.latency, i));
    }
    Map<String, Long> predicted = new TreeMap<>(predictions);
    next.predictions.forEach((label, count) -> predicted.merge(label, count, Long::sum));
    return new Block(
        version,
        fromMs,
        Math.max(toMs, next.toMs),
        rows + next.rows,
        bad + next.bad,
        both,
        bounded(predicted),
        agent.plus(next.agent));
  }

  /** A device that names new categories in every report must not grow its record. */
  private static Map<String, Long> bounded(Map<String, Long> predicted) {
    return predicted.size() <= HealthReport.MAX_CATEGORIES ? predicted : Map.of();
  }

  private static long at(List<Long> counts, int index) {
    return index < counts.size() ? counts.get(index) : 0;
  }

  /**
   * How the agent was.
   *
   * @param firstLives its process lives at the beginning
   * @param lastLives its process lives at the end
   * @param memoryBytes the most it held; 0 if it does not tell
   * @param drifting whether its inputs were flagged as drifted at the end
   */
  public record AgentState(long firstLives, long lastLives, long memoryBytes, boolean drifting) {
    AgentState plus(AgentState next) {
      return new AgentState(
          firstLives, next.lastLives, Math.max(memoryBytes, next.memoryBytes), next.drifting);
    }
  }
}
