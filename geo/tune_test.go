package geo_test
import ("testing";"math";"math/rand/v2";"time";"rodada/geo")
func TestTune(t *testing.T){
 for _,c := range []told{{5*time.Second,5,0,false,false},{5*time.Second,5,0.02,false,false},{5*time.Second,5,0.02,true,false},{5*time.Second,5,0.02,true,true}} {
 for _,push := range []float64{0.1,0.2,0.3,0.5,0.7,1,1.5,2} {
  var raw, sm float64; var n int; var lenErr, lenWorst, rawLen float64; drop,falseDrop,missed:=0,0,0; worstGain:=1.0
  const seeds=20
  for seed:=range uint64(seeds) {
   dice:=rand.New(rand.NewPCG(seed,7)); truth:=ride(dice,12); fixes,is,wild:=c.tell(dice,truth)
   r:=geo.Smooth(fixes, geo.SmoothOptions{Push:push})
   at:=map[time.Time]geo.Node{}; for _,nd:=range r.Nodes { at[nd.At]=nd }
   var ra,s float64; k:=0
   rl:=0.0; var prev *geo.Fix
   for i,f:=range fixes { nd,ok:=at[f.At]
     if wild[i] { if ok {missed++} else {drop++}; continue }
     if prev!=nil { rl+=geo.Distance(prev.Point,f.Point)}; prev=&fixes[i]
     if !ok {falseDrop++; continue}
     ra+=geo.Distance(f.Point,is[i].place); s+=geo.Distance(nd.Point,is[i].place); k++ }
   raw+=ra; sm+=s; n+=k; worstGain=min(worstGain,1-s/ra)
   L:=lengthOf(truth); e:=(r.Length()-L)/L; lenErr+=e; lenWorst=max(lenWorst,math.Abs(e)); rawLen+=(rl-L)/L
  }
  t.Logf("speeds %v heading %v out %v push %.1f: raw %.2f smooth %.2f gain %.1f%% worst %.1f%%  length mean %+.2f%% worst %.2f%% raw %+.2f%% drop %d false %d missed %d", c.speeds,c.heading,c.outliers,push,raw/float64(n),sm/float64(n),100*(1-sm/raw),100*worstGain,100*lenErr/seeds,100*lenWorst,100*rawLen/seeds,drop,falseDrop,missed)
 }}
}
