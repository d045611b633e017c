package io.flotilla.hardware.gate;

import io.flotilla.hardware.probe.ProbeReport;
import io.flotilla.hardware.probe.ProbeResult;

/**
 * What a trial with the very file showed.
 *
 * @param runtimeVersion version of the runtime that tried, such as {@code 1.29.0}
 * @param provider execution provider that tried, such as {@code CPUExecutionProvider}
 * @param fit whether the runtime takes the model
 * @param reason one sentence about what happened
 */
public record ProbeVerdict(String runtimeVersion, String provider, boolean fit, String reason) {
  /**
   * What a probe's report says: unfit if the runtime refused to load the model, if the process
   * crashed at any point, or if it hung or outgrew its memory while it loaded or on inputs that
   * were given. On inputs that are made up honest models may refuse, and even hang: {@code DFT} of
   * ONNX Runtime 1.29.0 does on an inverse transform of length 1.
   */
  public static ProbeVerdict of(ProbeReport report) {
    ProbeResult result = report.result();
    boolean fit =
        switch (result) {
          case ProbeResult.Ran _ -> true;
          case ProbeResult.Refused refused -> refused.loaded();
          case ProbeResult.Crashed _ -> false;
          case ProbeResult.TimedOut _, ProbeResult.OutOfMemory _ ->
              result.loaded() && report.madeUp();
        };
    return new ProbeVerdict(report.runtimeVersion(), report.provider(), fit, result.message());
  }
}
