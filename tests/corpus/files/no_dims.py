import numpy as np
exp, tanh, dot = np.exp, np.tanh, np.dot
def sg(v): return 1/(1+exp(-v))
def fwd_gru(x,h,Wr,Ur,Wz,Uz,Wn,Un):
    r=sg(dot(x,Wr)+dot(h,Ur)); z=sg(dot(x,Wz)+dot(h,Uz)); q=r*h
    n=tanh(dot(x,Wn)+dot(q,Un))
    return z*h+(1-z)*n,(x,h,Wr,Ur,Wz,Uz,Wn,Un,r,z,q,n)
def bwd_gru(d,c):
    x,h,Wr,Ur,Wz,Uz,Wn,Un,r,z,q,n=c
    dan=d*(1-z)*(1-n*n); dq=dot(dan,Un.T); daz=d*(h-n)*z*(1-z); dar=dq*h*r*(1-r)
    dx=dot(dan,Wn.T)+dot(daz,Wz.T)+dot(dar,Wr.T)
    dh=d*z+dq*r+dot(daz,Uz.T)+dot(dar,Ur.T)
    return dx,dh,dot(x.T,dar),dot(h.T,dar),dot(x.T,daz),dot(h.T,daz),dot(x.T,dan),dot(q.T,dan)
def forward_lin(x,w): return x@w,(x,w)
def backward_lin(d,c):
    x,w=c
    return d@w.T,x.T@d
def forward_tanh(x):
    y=tanh(x); return y,y
def backward_tanh(d,y): return d*(1-y**2)
def out_forward(h,W,by,targets):
    s=h@W+by; p=exp(s-s.max(1)[:,None]); p/=p.sum(1)[:,None]
    return -np.log(p[range(len(h)),targets]).sum(),(h,W,p,targets)
def out_backward(cache):
    h,W,p,t=cache
    d=p.copy(); d[range(len(h)),t]-=1
    return d@W.T,h.T@d,d.sum(0)
def MGU_forward(x, h, Wf, Uf, bf, Wn, Un, bn, alpha=0.5):
    f = sg(x @ Wf + h @ Uf + bf)
    n = tanh(x @ Wn + (f * h) @ Un + bn)
    return (1 - alpha * f) * h + alpha * f * n, (x, h, Wf, Uf, Wn, Un, f, n, alpha)
def MGU_backward(dout, cache):
    x, h, Wf, Uf, Wn, Un, f, n, alpha = cache
    dn = dout * alpha * f * (1 - n * n)
    dfh = dn @ Un.T
    df = (dout * alpha * (n - h) + dfh * h) * f * (1 - f)
    dh = dout * (1 - alpha * f) + dfh * f + df @ Uf.T
    return dn @ Wn.T + df @ Wf.T, dh, x.T @ df, h.T @ df, df.sum(0), x.T @ dn, (f * h).T @ dn, dn.sum(0)
