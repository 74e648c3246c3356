"""How many features QGIS finds in a collection of OGC API Features. Usage: qgis_count.py URL COLLECTION"""
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from qgis.core import QgsApplication, QgsDataSourceUri, QgsVectorLayer  # noqa: E402

# QGIS ends the process where it is given no name.
application = QgsApplication([b"count"], False)
application.initQgis()
source = QgsDataSourceUri()
source.setParam("url", sys.argv[1])
source.setParam("typename", sys.argv[2])
source.setParam("version", "OGC_API_FEATURES")
source.setParam("pageSize", "10000")
layer = QgsVectorLayer(source.uri(False), "collection", "OAPIF")
if not layer.isValid():
    sys.exit(f"QGIS does not open {sys.argv[2]}: {layer.error().message()}")
told = layer.featureCount()
ids = {feature["id"] for feature in layer.getFeatures()}
print(f"told={told} read={len(ids)}")
