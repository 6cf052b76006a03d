package io.nereid.config;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Everything that can be set, checked. Each part is one file below conf/. */
public record NereidConfig(
    NodeConfig node,
    ClusterConfig cluster,
    NetworkConfig network,
    TransferConfig transfer,
    MoveConfig move,
    CriuConfig criu,
    IpcConfig ipc,
    GatewayConfig gateway,
    LoggingConfig logging,
    SnapshotsConfig snapshots,
    RecoveryConfig recovery) {

  static NereidConfig from(SettingReader settings) {
    NodeConfig node = NodeConfig.from(settings);
    NereidConfig config =
        new NereidConfig(
            node,
            ClusterConfig.from(settings),
            NetworkConfig.from(settings),
            TransferConfig.from(settings),
            MoveConfig.from(settings),
            CriuConfig.from(settings),
            IpcConfig.from(settings, node.runDir()),
            GatewayConfig.from(settings, node.runDir()),
            LoggingConfig.from(settings),
            SnapshotsConfig.from(settings),
            RecoveryConfig.from(settings));
    config.checkPorts(settings);
    return config;
  }

  private void checkPorts(SettingReader settings) {
    Map<Integer, String> taken = new TreeMap<>();
    List<Map.Entry<String, Integer>> ports =
        List.of(
            Map.entry("cluster.port", cluster.port()),
            Map.entry("cluster.busPort", cluster.busPort()),
            Map.entry("transfer.port", transfer.port()),
            Map.entry("transfer.controlPort", transfer.controlPort()),
            Map.entry("gateway.port", gateway.port()));
    for (Map.Entry<String, Integer> port : ports) {
      String other = port.getValue() == 0 ? null : taken.put(port.getValue(), port.getKey());
      if (other != null) {
        settings.broken(
            port.getKey() + " and " + other + " are both " + port.getValue(),
            "give each a port of its own",
            port.getKey(),
            other);
      }
    }
  }
}
