"""Writes vectors/map/roots-and-proofs.json: python3 test/core/map/vectors.py > vectors/map/roots-and-proofs.json

The map of docs/spec/ledger.md (Map, Proofs), computed once more and independently, by full recursion.
"""
import hashlib, json, base64
H=lambda b: hashlib.sha256(b).digest()
EMPTY=bytes(32)
def bit(h,i): return (h[i//8]>>(7-i%8))&1
def root(leaves,depth=0):
    if not leaves: return EMPTY
    if len(leaves)==1:
        (k,v),=leaves.items(); return H(b'\0'+k+v)
    l={k:v for k,v in leaves.items() if not bit(k,depth)}
    r={k:v for k,v in leaves.items() if bit(k,depth)}
    return H(b'\1'+root(l,depth+1)+root(r,depth+1))
def proof(leaves,key,depth=0):
    if len(leaves)<=1:
        return dict(depth=depth,sib=[],other=next(((k,v) for k,v in leaves.items() if k!=key),None))
    l={k:v for k,v in leaves.items() if not bit(k,depth)}
    r={k:v for k,v in leaves.items() if bit(k,depth)}
    mine,oth=(r,l) if bit(key,depth) else (l,r)
    p=proof(mine,key,depth+1)
    p['sib'].insert(0,root(oth,depth+1))
    return p
b64=lambda b: base64.b64encode(b).decode()
def out(p):
    bm=bytearray((p['depth']+7)//8)
    for i,s in enumerate(p['sib']):
        if s!=EMPTY: bm[i//8]|=0x80>>(i%8)
    d=dict(depth=p['depth'],siblings=b64(bytes(bm)),hashes=[b64(s) for s in p['sib'] if s!=EMPTY])
    if p['other']: d['other']=dict(key=b64(p['other'][0]),value=b64(p['other'][1]))
    return d
cases=[]
def case(name,pairs,ask,raw=False):
    leaves={(k if raw else H(k.encode())):H(v.encode()) for k,v in pairs}
    c=dict(name=name,rawKeys=raw,
      values=[[k.hex() if raw else k,v] for k,v in pairs],root=root(leaves).hex(),proofs=[])
    for k in ask:
        kh=k if raw else H(k.encode())
        c['proofs'].append(dict(key=k.hex() if raw else k,present=kh in leaves,map=out(proof(leaves,kh))))
    cases.append(c)
case("nothing",[],["code/MA"])
case("one value",[("code/MA","root")],["code/MA","code/MA.156"])
case("two values",[("code/MA","root"),("code/MA.156","China")],["code/MA","code/MA.156","code/MA.156.1301","code/MA.156.4601"])
codes=[("code/MA.156.%d"%(1300+i),"city %d"%i) for i in range(64)]
case("sixty-four cities",codes,["code/MA.156.1300","code/MA.156.1363"]+["code/MA.156.%d"%(1364+i) for i in range(8)])
z=bytes(32); f=b'\xff'*32
near=bytes(31)+b'\1'
mid=b'\x80'+bytes(31)
deep=bytes(30)+b'\1\0'
case("keys that part at the last bit",[(z,"a"),(near,"b")],[z,near,f,mid,deep],True)
case("keys at both ends",[(z,"a"),(near,"b"),(f,"c"),(f[:31]+b'\xfe',"d"),(mid,"e")],[z,near,f,f[:31]+b'\xfe',mid,deep,b'\x80'+bytes(30)+b'\1',b'\xff'*16+bytes(16)],True)
print("[\n"+",\n".join("  "+json.dumps(c,ensure_ascii=False) for c in cases)+"\n]")
